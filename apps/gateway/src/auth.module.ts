import { Authenticator, KeyRing, PasswordHasher, TokenIssuer, TokenVerifier, TrustedIssuers } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { Clock } from '@agent-chat/kernel';
import { Logger, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Accounts } from './application/auth/accounts';
import { IssueTicketHandler } from './application/auth/issue-ticket.handler';
import { LogInHandler } from './application/auth/log-in.handler';
import { LogOutHandler } from './application/auth/log-out.handler';
import { LoginFailures } from './application/auth/login-failures';
import { Operators } from './application/auth/operators';
import { PurgeSessionsJob } from './application/auth/purge-sessions.job';
import { RefreshHandler } from './application/auth/refresh.handler';
import { RefreshTokens } from './application/auth/refresh-tokens';
import { RegisterHandler } from './application/auth/register.handler';
import { SessionAnswers } from './application/auth/session-answers';
import { SessionPurge } from './application/auth/session-purge';
import { Sessions } from './application/auth/sessions';
import { ProfileNotices } from './application/profile-notices';
import { RoomPreferences } from './application/room-preferences';
import { UserDirectory } from './application/user-directory';
import { DirectoryAccounts } from './infrastructure/auth/directory-accounts';
import { DirectoryAuthenticator } from './infrastructure/auth/directory-authenticator';
import { DirectoryDataSource } from './infrastructure/auth/directory-data-source';
import { DirectoryKeyRing } from './infrastructure/auth/directory-key-ring';
import { DirectoryQueries } from './infrastructure/auth/directory-queries';
import { ExternalAccounts } from './infrastructure/auth/external-accounts';
import { DirectoryRefreshTokens } from './infrastructure/auth/directory-refresh-tokens';
import { ServerSecret } from './infrastructure/auth/server-secret';
import { SessionLiveness } from './infrastructure/auth/session-liveness';
import { DirectorySessionPurge } from './infrastructure/auth/directory-session-purge';
import { DirectorySessions } from './infrastructure/auth/directory-sessions';
import { TrustedCallers } from './infrastructure/auth/trusted-callers';
import { DirectoryRoomPreferences } from './infrastructure/users/directory-room-preferences';
import { DirectoryUsers } from './infrastructure/users/directory-users';
import { AuthController } from './interface/auth/auth.controller';
import { AuthGuard } from './interface/auth/auth.guard';
import { SessionsController } from './interface/auth/sessions.controller';
import { WellKnownController } from './interface/auth/well-known.controller';
import { UsersController } from './interface/users/users.controller';

const logger = new Logger('AuthModule');

/** Who is who: log-in, sessions, tokens and profiles. Puts the guard before every HTTP route of the process. */
@Module({
  controllers: [AuthController, SessionsController, UsersController, WellKnownController],
  providers: [
    ...[IssueTicketHandler, LogInHandler, LogOutHandler, LoginFailures, PurgeSessionsJob, RefreshHandler, RegisterHandler, SessionAnswers],
    ...[DirectoryDataSource, DirectoryQueries, ExternalAccounts, Operators, PasswordHasher, ProfileNotices, ServerSecret, SessionLiveness, TrustedCallers],
    { provide: Accounts, useClass: DirectoryAccounts },
    { provide: RefreshTokens, useClass: DirectoryRefreshTokens },
    { provide: SessionPurge, useClass: DirectorySessionPurge },
    { provide: Sessions, useClass: DirectorySessions },
    { provide: KeyRing, useClass: DirectoryKeyRing },
    {
      provide: TokenIssuer,
      inject: [AppConfig, KeyRing, Clock],
      useFactory: ({ server }: AppConfig, keys: KeyRing, clock: Clock) => new TokenIssuer(server.publicUrl, keys, clock),
    },
    {
      provide: TokenVerifier,
      inject: [AppConfig, KeyRing, Clock],
      useFactory: ({ server }: AppConfig, keys: KeyRing, clock: Clock) => new TokenVerifier(server.publicUrl, keys, clock),
    },
    {
      provide: TrustedIssuers,
      inject: [AppConfig, Clock],
      useFactory: ({ auth }: AppConfig, clock: Clock) =>
        new TrustedIssuers(auth.trustedIssuers, clock, (error) => logger.warn({ err: error }, 'The keys of a trusted issuer cannot be fetched')),
    },
    { provide: UserDirectory, useClass: DirectoryUsers },
    { provide: RoomPreferences, useClass: DirectoryRoomPreferences },
    { provide: Authenticator, useClass: DirectoryAuthenticator },
    AuthGuard,
    { provide: APP_GUARD, useExisting: AuthGuard },
  ],
  exports: [Authenticator, AuthGuard, ProfileNotices, RoomPreferences, UserDirectory],
})
export class AuthModule {}
