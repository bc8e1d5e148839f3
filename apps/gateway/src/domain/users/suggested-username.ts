const MAX_CHARS = 24;
const NOT_ALLOWED = /[^a-z0-9._-]+/g;
const WRONG_ENDS = /^[^a-z0-9]+|[._-]+$/g;
const MARKS = /\p{M}/gu;

/** A username made from what another issuer calls a person: `Zoë.Müller@example.com` becomes `zoe.muller`. */
export function suggestedUsername(given: string | undefined): string {
  const [local = ''] = (given ?? '').split('@');
  const name = local.normalize('NFKD').replace(MARKS, '').toLowerCase().replace(NOT_ALLOWED, '-').slice(0, MAX_CHARS).replace(WRONG_ENDS, '');
  return name.length >= 2 ? name : 'user';
}

/** The nth name to try: the name itself, then with `-2`, `-3`, ... */
export function nthUsername(name: string, nth: number): string {
  return nth === 1 ? name : `${name}-${nth}`;
}
