import { Global, Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { BreakerModule } from './breaker.module';
import { Breakers } from './breakers';
import { ThroughBreaker } from './through-breaker.decorator';

@Injectable()
class Shop {
  readonly prefix = 'sold';
  calls = 0;

  @ThroughBreaker('shop/buy', { failures: 2, pauseMs: 60_000 })
  async buy(item: string): Promise<string> {
    this.calls += 1;
    if (item === 'nothing') throw new Error('closed');
    return `${this.prefix} ${item}`;
  }

  async look(): Promise<string> {
    return this.prefix;
  }
}

@Global()
@Module({ providers: [Breakers], exports: [Breakers] })
class ProcessModule {}

describe('a method through a breaker', () => {
  let testing: TestingModule;
  let shop: Shop;
  beforeEach(async () => {
    testing = await Test.createTestingModule({ imports: [ProcessModule, BreakerModule], providers: [Shop] }).compile();
    await testing.init();
    shop = testing.get(Shop);
  });
  afterEach(() => testing.close());

  it('answers as it does by itself', async () => {
    await expect(shop.buy('tea')).resolves.toBe('sold tea');
    await expect(shop.buy('nothing')).rejects.toThrow('closed');
  });

  it('is no longer called once it failed too often', async () => {
    await expect(shop.buy('nothing')).rejects.toThrow('closed');
    await expect(shop.buy('nothing')).rejects.toThrow('closed');

    await expect(shop.buy('tea')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(shop.calls).toBe(2);
    await expect(shop.look()).resolves.toBe('sold');
    expect(testing.get(Breakers).statuses()).toMatchObject([{ name: 'shop/buy', state: 'open' }]);
  });
});
