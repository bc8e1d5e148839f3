import { type ReactNode } from 'react';
import type { PartitionList } from '@agent-chat/contracts';
import { countLabel, momentLabel } from './format';
import { operations, type Infrastructure } from './operations-api';
import { groupsOf, ownersOf, PASSED_OVER } from './partition-sums';
import { Read } from './read';
import { Tile } from './tile';
import { usePolled } from './use-polled';

const EVERY_MS = 10_000;

type Partition = PartitionList['partitions'][number];

async function readPartitions() {
  const [list, { instances, moves = [] }] = await Promise.all([operations.partitions(), operations.infrastructure()]);
  return { ...list, instances, moves };
}

/** As people know the process: by its service and address, where it still runs. An owner's name begins with the instance's id. */
function ownerName(owner: string, instances: Infrastructure['instances']): string {
  if (owner === '') return 'nobody';
  const known = instances.find(({ instanceId }) => owner.startsWith(instanceId));
  return known === undefined ? owner : `${known.service} ${known.address}`.trim();
}

function Owners({ partitions, instances }: { readonly partitions: readonly Partition[] } & Pick<Infrastructure, 'instances'>): ReactNode {
  return (
    <section className="block" aria-labelledby="owners-heading">
      <h2 id="owners-heading">Owners</h2>
      <div className="table-frame" role="region" aria-label="Owners" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Process</th>
              <th scope="col" className="number">
                Partitions
              </th>
              <th scope="col" className="number">
                Events in their logs
              </th>
            </tr>
          </thead>
          <tbody>
            {ownersOf(partitions).map(({ owner, partitions: count, events }) => (
              <tr key={owner}>
                <th scope="row">{ownerName(owner, instances)}</th>
                <td className="number">{count}</td>
                <td className="number">{countLabel(events)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Groups({ partitions }: { readonly partitions: readonly Partition[] }): ReactNode {
  return (
    <section className="block" aria-labelledby="groups-heading">
      <h2 id="groups-heading">Consumer groups</h2>
      <p className="muted">A group notes how far it is only now and then while nothing concerns it: up to {PASSED_OVER} events are no lag.</p>
      <div className="table-frame" role="region" aria-label="Consumer groups" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col">State</th>
              <th scope="col" className="number">
                Events not noted
              </th>
              <th scope="col" className="number">
                Most in one partition
              </th>
            </tr>
          </thead>
          <tbody>
            {groupsOf(partitions).map(({ group, lag, worst }) => (
              <tr key={group}>
                <th scope="row">{group}</th>
                <td>
                  <span className="status" data-state={worst.lag < PASSED_OVER ? 'good' : 'warning'}>
                    {worst.lag < PASSED_OVER ? 'up to date' : 'behind'}
                  </span>
                </td>
                <td className="number">{countLabel(lag)}</td>
                <td className="number">{worst.lag === 0 ? '–' : `${countLabel(worst.lag)} in ${String(worst.partition)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function AllPartitions({ partitions, instances }: { readonly partitions: readonly Partition[] } & Pick<Infrastructure, 'instances'>): ReactNode {
  return (
    <details className="block">
      <summary>Every partition</summary>
      <div className="table-frame" role="region" aria-label="Every partition" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                Partition
              </th>
              <th scope="col">Database</th>
              <th scope="col">Owner</th>
              <th scope="col" className="number">
                Taken
              </th>
              <th scope="col" className="number">
                Epoch
              </th>
              <th scope="col" className="number">
                Events
              </th>
              <th scope="col">Newest event</th>
            </tr>
          </thead>
          <tbody>
            {partitions.map(({ partition, database, owner, fence, epoch, position, lastAt }) => (
              <tr key={partition}>
                <th scope="row" className="number">
                  {partition}
                </th>
                <td>{database}</td>
                <td>{ownerName(owner, instances)}</td>
                <td className="number">{fence}</td>
                <td className="number">{epoch}</td>
                <td className="number">{countLabel(position)}</td>
                <td>{lastAt === undefined ? '–' : momentLabel(lastAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Who writes which rooms, and what follows how closely. */
export function Partitions(): ReactNode {
  const polled = usePolled('', readPartitions, EVERY_MS);
  return (
    <Read label="Asking for the partitions" polled={polled}>
      {({ partitions, missing, instances, moves }) => {
        const owned = partitions.filter(({ owner }) => owner !== '').length;
        const behind = groupsOf(partitions).filter(({ worst }) => worst.lag >= PASSED_OVER);
        return (
          <>
            {missing !== undefined && (
              <p className="stale" role="status">
                Did not answer: {missing.join(', ')}. What they hold is not shown.
              </p>
            )}
            <ul className="tiles">
              <Tile
                label="Partitions with an owner"
                value={`${String(owned)} of ${String(partitions.length)}`}
                state={owned === partitions.length ? 'good' : 'bad'}
              />
              <Tile label="Owners" value={String(ownersOf(partitions.filter(({ owner }) => owner !== '')).length)} />
              <Tile
                label="Groups behind"
                value={String(behind.length)}
                state={behind.length === 0 ? 'good' : 'warning'}
                {...(behind.length === 0 ? {} : { note: behind.map(({ group }) => group).join(', ') })}
              />
              <Tile
                label="Shards on the move"
                value={String(moves.length)}
                {...(moves[0] === undefined ? {} : { note: `${String(moves[0].partition)} to ${moves[0].target}: ${moves[0].phase}` })}
              />
            </ul>
            <Owners partitions={partitions} instances={instances} />
            <Groups partitions={partitions} />
            <AllPartitions partitions={partitions} instances={instances} />
          </>
        );
      }}
    </Read>
  );
}
