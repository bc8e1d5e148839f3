import { KeyRing, publicJwk, SIGNING_ALGORITHM } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { Controller, Get, Header } from '@nestjs/common';
import { type JWK } from 'jose';
import { Public } from './access.decorators';

// Half of what a new key waits before it signs.
const CACHE_CONTROL = 'public, max-age=300';

/** What others need to check the tokens of the built-in issuer. */
@Public()
@Controller('.well-known')
export class WellKnownController {
  constructor(
    private readonly keys: KeyRing,
    private readonly config: AppConfig,
  ) {}

  @Get('jwks.json')
  @Header('Cache-Control', CACHE_CONTROL)
  async keySet(): Promise<{ readonly keys: readonly JWK[] }> {
    return { keys: (await this.keys.all()).map(publicJwk) };
  }

  @Get('openid-configuration')
  @Header('Cache-Control', CACHE_CONTROL)
  configuration(): Record<string, unknown> {
    const issuer = this.config.server.publicUrl;
    return {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
      claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'sid', 'roles'],
    };
  }
}
