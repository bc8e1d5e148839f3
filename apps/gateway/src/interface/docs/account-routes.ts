import { Me, REST_BODIES, REST_QUERIES, User, UserPage } from '@agent-chat/contracts';
import { IssuerMetadata, KeySet, SessionAnswer, SessionList, Ticket } from './account-answers';
import { area } from './route-spec';

/** Into a session, and who is who. */
export const ACCOUNT_ROUTES = [
  ...area('Authentication', '/api/v1/auth', [
    {
      at: 'post /register',
      id: 'register',
      summary: 'Make an account and log in',
      access: 'public',
      body: REST_BODIES.register,
      answers: { 201: SessionAnswer },
      errors: ['USERNAME_TAKEN'],
      isKeyed: true,
    },
    {
      at: 'post /login',
      id: 'logIn',
      summary: 'Log in',
      access: 'public',
      body: REST_BODIES.login,
      answers: { 200: SessionAnswer },
      errors: ['INVALID_CREDENTIALS'],
    },
    {
      at: 'post /refresh',
      id: 'refresh',
      summary:
        'A new access token and a new refresh token for a refresh token. The same one again within 30 s gives the same successor; later it ends the session',
      access: 'public',
      body: REST_BODIES.refresh,
      answers: { 200: SessionAnswer },
      errors: ['UNAUTHENTICATED', 'REFRESH_TOKEN_REUSED'],
    },
    {
      at: 'post /logout',
      id: 'logOut',
      summary: 'End the session of the refresh token, or of the access token',
      access: 'public',
      body: REST_BODIES.logout,
      answers: { 204: null },
    },
    { at: 'post /ticket', id: 'issueTicket', summary: 'A ticket that opens event streams as long as the session lives', answers: { 200: Ticket } },
    { at: 'get /sessions', id: 'listSessions', summary: 'My log-ins', answers: { 200: SessionList } },
    { at: 'delete /sessions/{sessionId}', id: 'endSession', summary: 'End one of my log-ins', answers: { 204: null } },
  ]),
  ...area('Authentication', '/.well-known', [
    { at: 'get /jwks.json', id: 'keySet', summary: 'The public keys of the built-in issuer', access: 'public', answers: { 200: KeySet } },
    { at: 'get /openid-configuration', id: 'issuerMetadata', summary: 'The built-in issuer', access: 'public', answers: { 200: IssuerMetadata } },
  ]),
  ...area('People', '/api/v1/users', [
    { at: 'get ', id: 'findUsers', summary: 'People whose username or display name starts so', query: REST_QUERIES.users, answers: { 200: UserPage } },
    { at: 'get /me', id: 'getMe', summary: 'My profile, and my global roles', answers: { 200: Me } },
    { at: 'patch /me', id: 'updateMe', summary: 'Change my profile', body: REST_BODIES.updateMe, answers: { 200: User } },
    {
      at: 'put /me/avatar',
      id: 'setAvatar',
      summary: 'Make my picture of an image of at most 5 MB; `avatarUrl` is a path of this server then, another one for each picture',
      takes: ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'],
      answers: { 200: User },
      errors: ['FILE_TOO_LARGE', 'FILE_REFUSED', 'MALFORMED_REQUEST'],
    },
    { at: 'delete /me/avatar', id: 'removeAvatar', summary: 'Take my picture away', answers: { 200: User } },
    {
      at: 'get /{userId}/avatar/{digest}',
      id: 'getAvatar',
      summary: 'A picture that somebody has now, 256 x 256 pixels; ranges and `If-None-Match` are answered',
      access: 'public',
      answers: { 200: null, 206: null, 304: null },
      mediaType: 'image/webp',
      errors: ['NOT_FOUND'],
    },
    { at: 'get /{userId}', id: 'getUser', summary: 'A profile', answers: { 200: User }, errors: ['USER_NOT_FOUND'] },
  ]),
];
