// How commands call a gateway as an operator.

/** An access token: of the operator `user`, whose password is in OPERATOR_PASSWORD, or the one in OPERATOR_TOKEN. */
export async function operatorToken({ url, user }) {
  const { OPERATOR_TOKEN: token, OPERATOR_PASSWORD: password } = process.env;
  if (user === undefined) {
    if (token === undefined) throw new Error('Give --user, or an access token in OPERATOR_TOKEN.');
    return token;
  }
  if (password === undefined) throw new Error('OPERATOR_PASSWORD is not set.');
  const answer = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: user, password }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`POST /auth/login: ${String(answer.status)} ${text.slice(0, 300)}`);
  return JSON.parse(text).accessToken;
}
