import { describeBackplaneContract } from '@agent-chat/backplane/testing';
import { Logger } from '@nestjs/common';
import { InMemoryBackplane } from './in-memory-backplane';

Logger.overrideLogger(false);

describeBackplaneContract('InMemoryBackplane', async () => {
  const backplane = new InMemoryBackplane();
  return Promise.resolve({ backplane, elsewhere: backplane });
});
