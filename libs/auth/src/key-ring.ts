import { type SigningKey } from './signing-key';

/** The keys of the built-in issuer. */
export abstract class KeyRing {
  /** The key that signs now; makes one where there is none, and the next when it gets old. Rejects with UNAVAILABLE. */
  abstract current(): Promise<SigningKey>;

  /** A key by its id, retired ones too until their last token has ended. Rejects with UNAVAILABLE only when it isn't known whether there is one. */
  abstract find(kid: string): Promise<SigningKey | undefined>;

  /** Every key whose tokens may still be good, the newest first. Rejects with UNAVAILABLE. */
  abstract all(): Promise<readonly SigningKey[]>;
}
