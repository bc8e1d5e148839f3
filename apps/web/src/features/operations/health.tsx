import { type ReactNode } from 'react';
import { msg, plural, t } from '../../core/translate';
import { bytesLabel, durationLabel } from './format';
import { operations, type Health, type Infrastructure } from './operations-api';
import { Read } from './read';
import { Tile } from './tile';
import { usePolled } from './use-polled';

const EVERY_MS = 10_000;
const WORDS: Readonly<Record<Health, string>> = { up: msg('Up'), degraded: msg('Degraded'), down: msg('Down') };
const BREAKER_WORDS: Readonly<Record<Infrastructure['breakers'][number]['state'], string>> = {
  closed: msg('closed'),
  open: msg('open'),
  'half-open': msg('half-open'),
};
const STATES = { up: 'good', degraded: 'warning', down: 'bad' } as const;

function Components({ components }: Pick<Infrastructure, 'components'>): ReactNode {
  return (
    <section className="block" aria-labelledby="dependencies-heading">
      <h2 id="dependencies-heading">{t('Dependencies')}</h2>
      <ul className="cards">
        {components.map(({ name, status, isRequired, details = {} }) => (
          <li key={name} className="card" data-state={STATES[status]}>
            <div className="card-head">
              <strong>{name}</strong>
              <span className="status" data-state={STATES[status]}>
                {t(WORDS[status])}
              </span>
            </div>
            <p className="muted">{isRequired ? t('Nothing works without it') : t('Without it something is missing')}</p>
            {Object.keys(details).length > 0 && (
              <dl className="facts">
                {Object.entries(details).map(([key, value]) => (
                  <div key={key}>
                    <dt>{key}</dt>
                    <dd>{String(value)}</dd>
                  </div>
                ))}
              </dl>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Instances({ instances, process }: Pick<Infrastructure, 'instances' | 'process'>): ReactNode {
  return (
    <section className="block" aria-labelledby="processes-heading">
      <h2 id="processes-heading">{t('Processes')}</h2>
      <div className="table-frame" role="region" aria-label={t('Table of {title}', { title: t('Processes') })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Service')}</th>
              <th scope="col">{t('Address')}</th>
              <th scope="col">{t('Version')}</th>
              <th scope="col" className="number">
                {t('Load')}
              </th>
              <th scope="col" className="number">
                {t('Last sign of life')}
              </th>
            </tr>
          </thead>
          <tbody>
            {instances.map(({ service, instanceId, address, version, load, ageMs }) => (
              <tr key={instanceId}>
                <th scope="row">
                  {service}
                  {instanceId === process.instanceId && <span className="tag">{t('answers')}</span>}
                </th>
                <td>{address === '' ? '–' : address}</td>
                <td>{version}</td>
                <td className="number">{Math.round(load * 100)}%</td>
                <td className="number">{ageMs < 1_000 ? t('now') : t('{time} ago', { time: durationLabel(ageMs) })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Breakers({ breakers }: Pick<Infrastructure, 'breakers'>): ReactNode {
  if (breakers.length === 0) return null;
  return (
    <section className="block" aria-labelledby="breakers-heading">
      <h2 id="breakers-heading">{t('Circuit breakers of the process that answers')}</h2>
      <div className="table-frame" role="region" aria-label={t('Table of {title}', { title: t('Circuit breakers') })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Call')}</th>
              <th scope="col">{t('To')}</th>
              <th scope="col">{t('State')}</th>
              <th scope="col" className="number">
                {t('Failures')}
              </th>
            </tr>
          </thead>
          <tbody>
            {breakers.map(({ name, target = '', state, failures }) => (
              <tr key={name + target}>
                <th scope="row">{name}</th>
                <td>{target === '' ? '–' : target}</td>
                <td>
                  <span className="status" data-state={state === 'closed' ? 'good' : 'bad'}>
                    {t(BREAKER_WORDS[state])}
                  </span>
                </td>
                <td className="number">{failures}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Whether everything that it rests on is there, as one process sees it. */
export function HealthOverview(): ReactNode {
  const polled = usePolled('', operations.infrastructure, EVERY_MS);
  return (
    <Read label={t('Asking how things stand')} polled={polled}>
      {({ status, components, profile, process, instances, breakers }) => (
        <>
          <ul className="tiles">
            <Tile
              label={t('Status')}
              value={t(WORDS[status])}
              state={STATES[status]}
              note={plural(instances.length, { one: 'Profile {profile}, {count} process', other: 'Profile {profile}, {count} processes' }, { profile })}
            />
            <Tile label={t('Answering')} value={process.service} note={process.address ?? t('Node {version}', { version: process.node })} />
            <Tile label={t('Running for')} value={durationLabel(process.uptimeSec * 1_000)} />
            <Tile label={t('Memory')} value={bytesLabel(process.rssBytes)} />
            <Tile label={t('Event loop delay, p99')} value={durationLabel(process.eventLoopDelayP99Ms)} />
          </ul>
          <Components components={components} />
          <Instances instances={instances} process={process} />
          <Breakers breakers={breakers} />
        </>
      )}
    </Read>
  );
}
