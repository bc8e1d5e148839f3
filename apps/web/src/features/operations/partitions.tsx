import { type ReactNode } from 'react';
import type { PartitionList } from '@agent-chat/contracts';
import { t } from '../../core/translate';
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
  if (owner === '') return t('nobody');
  const known = instances.find(({ instanceId }) => owner.startsWith(instanceId));
  return known === undefined ? owner : `${known.service} ${known.address}`.trim();
}

function Owners({ partitions, instances }: { readonly partitions: readonly Partition[] } & Pick<Infrastructure, 'instances'>): ReactNode {
  return (
    <section className="block" aria-labelledby="owners-heading">
      <h2 id="owners-heading">{t('Owners')}</h2>
      <div className="table-frame" role="region" aria-label={t('Table of {title}', { title: t('Owners') })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Process')}</th>
              <th scope="col" className="number">
                {t('Partitions')}
              </th>
              <th scope="col" className="number">
                {t('Events in their logs')}
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
      <h2 id="groups-heading">{t('Consumer groups')}</h2>
      <p className="muted">
        {t('A group notes how far it is only now and then while nothing concerns it: up to {count} events are no lag.', { count: PASSED_OVER })}
      </p>
      <div className="table-frame" role="region" aria-label={t('Table of {title}', { title: t('Consumer groups') })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Group')}</th>
              <th scope="col">{t('State')}</th>
              <th scope="col" className="number">
                {t('Events not noted')}
              </th>
              <th scope="col" className="number">
                {t('Most in one partition')}
              </th>
            </tr>
          </thead>
          <tbody>
            {groupsOf(partitions).map(({ group, lag, worst }) => (
              <tr key={group}>
                <th scope="row">{group}</th>
                <td>
                  <span className="status" data-state={worst.lag < PASSED_OVER ? 'good' : 'warning'}>
                    {worst.lag < PASSED_OVER ? t('up to date') : t('behind')}
                  </span>
                </td>
                <td className="number">{countLabel(lag)}</td>
                <td className="number">
                  {worst.lag === 0 ? '–' : t('{count} in {partition}', { count: countLabel(worst.lag), partition: String(worst.partition) })}
                </td>
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
      <summary>{t('Every partition')}</summary>
      <div className="table-frame" role="region" aria-label={t('Every partition')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">
                {t('Partition')}
              </th>
              <th scope="col">{t('Database')}</th>
              <th scope="col">{t('Owner')}</th>
              <th scope="col" className="number">
                {t('Taken')}
              </th>
              <th scope="col" className="number">
                {t('Epoch')}
              </th>
              <th scope="col" className="number">
                {t('Events')}
              </th>
              <th scope="col">{t('Newest event')}</th>
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
    <Read label={t('Asking for the partitions')} polled={polled}>
      {({ partitions, missing, instances, moves }) => {
        const owned = partitions.filter(({ owner }) => owner !== '').length;
        const behind = groupsOf(partitions).filter(({ worst }) => worst.lag >= PASSED_OVER);
        return (
          <>
            {missing !== undefined && (
              <p className="stale" role="status">
                {t('Did not answer: {names}. What they hold is not shown.', { names: missing.join(', ') })}
              </p>
            )}
            <ul className="tiles">
              <Tile
                label={t('Partitions with an owner')}
                value={t('{count} of {all}', { count: String(owned), all: String(partitions.length) })}
                state={owned === partitions.length ? 'good' : 'bad'}
              />
              <Tile label={t('Owners')} value={String(ownersOf(partitions.filter(({ owner }) => owner !== '')).length)} />
              <Tile
                label={t('Groups behind')}
                value={String(behind.length)}
                state={behind.length === 0 ? 'good' : 'warning'}
                {...(behind.length === 0 ? {} : { note: behind.map(({ group }) => group).join(', ') })}
              />
              <Tile
                label={t('Shards on the move')}
                value={String(moves.length)}
                {...(moves[0] === undefined
                  ? {}
                  : { note: t('{partition} to {target}: {phase}', { partition: String(moves[0].partition), target: moves[0].target, phase: moves[0].phase }) })}
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
