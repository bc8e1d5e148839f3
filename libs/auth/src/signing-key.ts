import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { newId } from '@agent-chat/kernel';

/** The algorithm of the built-in issuer: small signatures, no parameters to get wrong. */
export const SIGNING_ALGORITHM = 'EdDSA';

/** A key that signs tokens, as it is stored. */
export interface SigningKey {
  readonly kid: string;
  readonly privateJwk: JWK;
  readonly createdAtMs: number;
  /** Since when there is a newer key, which signs a little later; tokens of this one stay good. */
  readonly retiredAtMs?: number;
}

/** A new Ed25519 key. */
export async function generateSigningKey(nowMs: number): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  return { kid: newId(), privateJwk: await exportJWK(privateKey), createdAtMs: nowMs };
}

/** What verifiers may see of a key. Names what it copies, so that the private member never slips through. */
export function publicJwk({ kid, privateJwk: { kty, crv, x } }: SigningKey): JWK {
  return { kty, crv, x, kid, alg: SIGNING_ALGORITHM, use: 'sig' };
}
