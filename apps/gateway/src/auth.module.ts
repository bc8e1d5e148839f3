import { Authenticator, KeyRing, PasswordHasher, TokenIssuer, TokenVerifier, TrustedIssuers } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { Clock } from '@agent-chat/kernel';
import { Logger, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DirectoryAuthenticator } from './infrastructure/auth/directory-authenticator';
import { DirectoryDataSource } from './infrastructure/auth/directory-data-source';
import { DirectoryKeyRing } from './infrastructure/auth/directory-key-ring';
import { DirectoryQueries } from './infrastructure/auth/directory-queries';
import { ExternalAccounts } from './infrastructure/auth/external-accounts';
import { Operators } from './infrastructure/auth/operators';
import { SessionLiveness } from './infrastructure/auth/session-liveness';
import { TrustedCallers } from './infrastructure/auth/trusted-callers';
import { AuthGuard } from './interface/auth/auth.guard';

const logger = new Logger('AuthModule');

/** Who is who: log-in, sessions, tokens and profiles. Puts the guard before every HTTP route of the process. */
@Module({
  providers: [
    DirectoryDataSource,
    DirectoryQueries,
    ExternalAccounts,
    Operators,
    PasswordHasher,
    SessionLiveness,
    TrustedCallers,
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
    { provide: Authenticator, useClass: DirectoryAuthenticator },
    AuthGuard,
    { provide: APP_GUARD, useExisting: AuthGuard },
  ],
  exports: [Authenticator, AuthGuard],
})
export class AuthModule {}
