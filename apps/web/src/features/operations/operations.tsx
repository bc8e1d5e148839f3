import { useEffect, useRef, type ReactNode } from 'react';
import { useRoles } from '../../core/roles';
import { formatRoute, SECTIONS, type Section } from '../../core/route';
import { navigate } from '../../core/router';
import { IconButton } from '../../ui/controls';
import { EmptyState, LoadingState } from '../../ui/states';
import { Audit } from './audit';
import { DeadLetters } from './dead-letters';
import { Figures } from './figures';
import { HealthOverview } from './health';
import './operations.css';
import { Partitions } from './partitions';

const TITLES: Readonly<Record<Section, string>> = {
  figures: 'Figures',
  health: 'Health',
  partitions: 'Partitions',
  'dead-letters': 'Dead letters',
  audit: 'Audit',
};

const PARTS: Readonly<Record<Section, () => ReactNode>> = {
  figures: Figures,
  health: HealthOverview,
  partitions: Partitions,
  'dead-letters': DeadLetters,
  audit: Audit,
};

function SectionLinks({ section }: { readonly section: Section }): ReactNode {
  const current = useRef<HTMLAnchorElement>(null);
  // On a phone the row is longer than the screen.
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [section]);
  return (
    <nav className="operations-nav" aria-label="Operations">
      {SECTIONS.map((each) => (
        <a
          key={each}
          ref={each === section ? current : null}
          href={formatRoute({ page: 'operations', section: each })}
          aria-current={each === section ? 'page' : undefined}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            navigate({ page: 'operations', section: each });
          }}
        >
          {TITLES[each]}
        </a>
      ))}
    </nav>
  );
}

/** What operators see: how the whole thing does, and what waits for them. */
export function Operations({ section }: { readonly section: Section }): ReactNode {
  const Part = PARTS[section];
  const roles = useRoles();
  return (
    <section className="page" aria-label="Operations">
      <header className="page-header">
        <span className="only-phone">
          <IconButton icon="back" label="Back to your rooms" onPress={() => navigate({ page: 'home' })} />
        </span>
        <h1>Operations</h1>
      </header>
      {roles?.includes('operator') === true && (
        <>
          <SectionLinks section={section} />
          <div className="operations-body" key={section}>
            <Part />
          </div>
        </>
      )}
      {roles?.includes('operator') === false && (
        <EmptyState icon="lock" title="For operators only">
          Whoever runs this server names its operators in the setting OPERATORS.
        </EmptyState>
      )}
      {roles === undefined && <LoadingState label="Asking who you are" />}
    </section>
  );
}
