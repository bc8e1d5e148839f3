import { COMMANDS_TOPIC, EVENTS_TOPIC } from '@agent-chat/contracts';
import { FaultyCluster } from '../support/cluster-faults';
import { FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';
import { topicMadeAnew } from '../support/topic-remaking';

/** Between two messages of a writer: what is in the topic made anew must stay far behind what was committed, although senders try again. */
const BUSY_MS = 5;

jest.setTimeout(300_000);

describe('a cluster under load whose topics are made anew with less in them than was committed', () => {
  const reports = new FaultReports('topics');
  let cluster: FaultyCluster;
  let load: FaultLoad;

  beforeAll(async () => {
    cluster = await FaultyCluster.start();
    load = await FaultLoad.open(cluster.url, { ...loadOptions(), postEveryMs: BUSY_MS });
  });
  afterAll(() => cluster.stop());

  it.each([COMMANDS_TOPIC, EVENTS_TOPIC])('loses nothing with %s', async (topic) => {
    reports.expectKept(await load.under(topicMadeAnew(cluster.settings['KAFKA_BROKERS'] ?? '', topic)));
  });
});
