import { ANALYTICS_QUERIES, FIGURE_QUERIES, REST_QUERIES } from '@agent-chat/contracts';
import { area } from './route-spec';

/** Figures, for operators. All times are in UTC. */
export const FIGURE_ROUTES = area('Operations', '/api/v1', [
  {
    at: 'get /analytics/days',
    id: 'getDays',
    summary: 'Messages and active people by day',
    access: 'operator',
    query: REST_QUERIES.analyticsDays,
    answers: { 200: ANALYTICS_QUERIES['analytics.days'].answer },
  },
  {
    at: 'get /analytics/activity',
    id: 'getActivity',
    summary:
      'Messages, edits, reactions, uploads and who came and went, by minute, hour or day, of all rooms or of one; at most 1,500 points, by minute for 7 days',
    access: 'operator',
    query: REST_QUERIES.activity,
    answers: { 200: FIGURE_QUERIES['figures.activity'].answer },
  },
  {
    at: 'get /analytics/people',
    id: 'getActivePeople',
    summary: 'How many people wrote or reacted by day, week or month, anywhere or in one room',
    access: 'operator',
    query: REST_QUERIES.activePeople,
    answers: { 200: FIGURE_QUERIES['figures.people'].answer },
  },
  {
    at: 'get /analytics/rooms',
    id: 'getActiveRooms',
    summary: 'The rooms with the most messages on some days, the first and the last included',
    access: 'operator',
    query: REST_QUERIES.activeRooms,
    answers: { 200: FIGURE_QUERIES['figures.rooms'].answer },
  },
  {
    at: 'get /analytics/delivery',
    id: 'getDelivery',
    summary: 'How long events took from their commit to the first connection of each gateway, by minute, hour or day',
    access: 'operator',
    query: REST_QUERIES.figures,
    answers: { 200: FIGURE_QUERIES['figures.delivery'].answer },
  },
  {
    at: 'get /analytics/errors',
    id: 'getErrors',
    summary: 'Errors that were answered over any transport, by code, by minute, hour or day',
    access: 'operator',
    query: REST_QUERIES.figures,
    answers: { 200: FIGURE_QUERIES['figures.errors'].answer },
  },
]);
