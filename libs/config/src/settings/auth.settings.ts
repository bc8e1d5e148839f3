import { z } from 'zod';
import { integer, json, list } from '../setting-kinds';

const httpUrl = z.url({ protocol: /^https?$/ });

/** An OpenID Connect issuer whose tokens are accepted beside the built-in ones. */
export const trustedIssuerSchema = z.strictObject({
  issuer: httpUrl,
  jwksUri: httpUrl,
  audience: z.string().min(1),
});

/** An OpenID Connect issuer whose tokens are accepted beside the built-in ones. */
export type TrustedIssuer = z.output<typeof trustedIssuerSchema>;

/** Who may come in, and for how long. */
export const authSettings = z.object({
  AUTH_TRUSTED_ISSUERS: json<readonly TrustedIssuer[]>({
    description:
      'OpenID Connect issuers whose tokens are accepted: `[{"issuer":"https://id.example.com","jwksUri":"https://id.example.com/jwks","audience":"agent-chat"}]`.',
    fallback: [],
    defaultText: '[]',
    schema: z.array(trustedIssuerSchema).max(20),
  }),
  OPERATORS: list({
    description: 'Usernames, or `issuer|sub` of users of a trusted issuer, that get the role `operator`, with commas between.',
    defaultText: 'none',
  }),
  AUTH_ACCESS_TOKEN_TTL_SEC: integer({
    description: 'How long an access token is valid.',
    unit: 's',
    fallback: 900,
    min: 30,
    max: 86_400,
  }),
  AUTH_REFRESH_TOKEN_TTL_SEC: integer({
    description: 'How long a session lives after its last refresh.',
    unit: 's',
    fallback: 2_592_000,
    min: 300,
    max: 31_536_000,
  }),
});
