import { RestClient, type RestFailure } from './rest-client';

const ACCOUNT = { username: 'olive', password: 'correct horse battery' };

/** Whom `OPERATORS` names where tests share a system (see e2e-setup.mjs): registered by whichever test comes first. */
export async function operatorOf(url: string): Promise<RestClient> {
  const anybody = new RestClient(url);
  const { body } = await anybody.call('POST', '/auth/register', { ...ACCOUNT, displayName: 'Olive' }).catch((error: unknown) => {
    if ((error as RestFailure).code !== 'USERNAME_TAKEN') throw error;
    return anybody.call('POST', '/auth/login', ACCOUNT);
  });
  const { user, accessToken, refreshToken } = body as { user: { userId: string }; accessToken: string; refreshToken: string };
  return new RestClient(url, { userId: user.userId, username: ACCOUNT.username, accessToken, refreshToken });
}
