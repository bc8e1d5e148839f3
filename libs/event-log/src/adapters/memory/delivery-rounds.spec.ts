import { AsyncLocalStorage } from 'node:async_hooks';
import { DeliveryRounds } from './delivery-rounds';

describe('DeliveryRounds', () => {
  it('delivers outside the context of whoever appended', async () => {
    const rounds = new DeliveryRounds();
    const request = new AsyncLocalStorage<string>();

    const seen = await new Promise<string | undefined>((resolve) => {
      request.run('of the request', () => {
        rounds.wake({
          deliver: () => {
            resolve(request.getStore());
          },
        });
      });
    });

    expect(seen).toBeUndefined();
  });
});
