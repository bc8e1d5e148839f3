import { OpeningProgress } from './opening-progress';

describe('the opening of connections', () => {
  it('is the sum of what processes told last, whichever told first', () => {
    const opening = new OpeningProgress();
    expect([opening.live, opening.refused]).toEqual([0, {}]);
    opening.told(2, 5, { NETWORK: 1 });
    expect([opening.live, opening.refused]).toEqual([5, { NETWORK: 1 }]);
    opening.told(0, 7, { NETWORK: 1, DRAINING: 2 });
    opening.told(2, 6, { NETWORK: 3 });
    expect([opening.live, opening.refused]).toEqual([13, { NETWORK: 4, DRAINING: 2 }]);
  });
});
