import * as contracts from '@agent-chat/contracts';
import { type z } from 'zod';
import * as account from './account-answers';
import * as operations from './operations-answers';
import { Problem } from './problem-schema';

/** Schemas of the contracts that go by their own names. */
const NAMED = [
  'Attachment',
  'AttachmentLinks',
  'AuditEntry',
  'Ban',
  'BanPage',
  'Committed',
  'DeadLetter',
  'DeadLetterDetails',
  'EphemeralItem',
  'EventPage',
  'HistoryPage',
  'LastMessage',
  'Me',
  'Member',
  'MemberPage',
  'Message',
  'MentionPage',
  'MessageRevision',
  'MyMembership',
  'PartitionList',
  'Posted',
  'Reaction',
  'ReadAnswer',
  'RevisionList',
  'Room',
  'RoomAnswer',
  'RoomEvent',
  'RoomFile',
  'RoomFilePage',
  'RoomHead',
  'RoomList',
  'RoomPage',
  'RoomPreference',
  'RoomPreferenceList',
  'SearchHit',
  'SearchPage',
  'ShardMap',
  'ShardMove',
  'User',
  'UserPage',
] as const;

function bodies(): Record<string, z.ZodType> {
  const entries = Object.entries(contracts.REST_BODIES);
  return Object.fromEntries(entries.map(([name, schema]) => [`${capitalized(name)}Body`, schema]));
}

function capitalized(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** What each type of event says: `message.posted` as `MessagePostedData`. */
function eventData(): Record<string, z.ZodType> {
  const entries = Object.entries(contracts.ROOM_EVENTS);
  return Object.fromEntries(entries.map(([type, schema]) => [`${type.split('.').map(capitalized).join('')}Data`, schema]));
}

/** Every schema that the documents name; whatever a route takes or answers is among them. */
export const COMPONENTS: Readonly<Record<string, z.ZodType>> = {
  ...Object.fromEntries(NAMED.map((name) => [name, contracts[name]])),
  Problem,
  ...account,
  ...operations,
  LinkedAttachments: contracts.STORAGE_QUERIES['attachments.links'].answer,
  DeadLetterPage: contracts.DEAD_LETTER_QUERIES['deadLetters.list'].answer,
  AnalyticsDays: contracts.ANALYTICS_QUERIES['analytics.days'].answer,
  FiguresOfActivity: contracts.FIGURE_QUERIES['figures.activity'].answer,
  FiguresOfPeople: contracts.FIGURE_QUERIES['figures.people'].answer,
  FiguresOfRooms: contracts.FIGURE_QUERIES['figures.rooms'].answer,
  FiguresOfDelivery: contracts.FIGURE_QUERIES['figures.delivery'].answer,
  FiguresOfErrors: contracts.FIGURE_QUERIES['figures.errors'].answer,
  AuditPage: contracts.AUDIT_QUERIES['audit.list'].answer,
  AuditErasure: contracts.AUDIT_QUERIES['audit.erase'].answer,
  ...bodies(),
  ...eventData(),
};
