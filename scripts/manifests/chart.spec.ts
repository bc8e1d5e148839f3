import { type AppConfig, loadConfig } from '@agent-chat/config';
import { COMMANDS_TOPIC, EVENTS_TOPIC } from '@agent-chat/contracts';
import { ProbesController } from '@agent-chat/observability';
import { execFileSync } from 'node:child_process';
import { HealthController } from '../../apps/gateway/src/interface/operations/health.controller';
import {
  AFTER_DRAIN_SEC,
  containerOf,
  environmentOf,
  type Labels,
  type Manifest,
  matches,
  NO_SETTINGS,
  ofKind,
  podOf,
  processes,
  read,
  rendered,
  ROOT,
  settings,
} from './deployed';

const megabytes = (text: string): number => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1024 : 1);

describe.each(['default.yaml', 'everything.yaml'])('what the chart makes, %s', (name) => {
  const manifests = rendered(name);
  const deployments = ofKind(manifests, 'Deployment');
  const [job] = ofKind(manifests, 'Job');
  const workloads = [...deployments, ...ofKind(manifests, 'Job')];

  it('is of this very chart', () => {
    const program = `import { chartDigest } from './scripts/manifests/chart.mjs'; console.log(chartDigest());`;
    const digest = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT, encoding: 'utf8' }).trim();
    // Else: npm run check:k8s -- --write
    expect(/^# Chart: (\w+)$/m.exec(read(`k8s/rendered/${name}`))?.[1]).toBe(digest);
  });

  it('has a Deployment, a headless Service and a PodDisruptionBudget for each process, and the step that migrates before them', () => {
    expect(deployments.map((each) => containerOf(each).args)).toEqual(processes.map((app) => [app]));
    expect(containerOf(job!).args).toEqual(['migrate']);
    expect(job!.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    for (const deployment of deployments) {
      const { labels } = deployment.spec.template.metadata;
      expect(matches(labels, deployment.spec.selector.matchLabels)).toBe(true);
      const services = ofKind(manifests, 'Service').filter(
        ({ spec }) => spec.clusterIP === 'None' && matches(labels, spec.selector as unknown as Record<string, string>),
      );
      const budgets = ofKind(manifests, 'PodDisruptionBudget').filter(({ spec }) => matches(labels, spec.selector.matchLabels));
      expect([services.length, budgets.length]).toEqual([1, 1]);
    }
  });

  it('gives processes nothing but settings, and settings that they start with', () => {
    for (const workload of workloads) {
      const environment = environmentOf(manifests, workload);
      expect(Object.keys(environment).filter((variable) => !settings.has(variable) && !NO_SETTINGS.includes(variable))).toEqual([]);
      expect(loadConfig(environment)).toMatchObject({ profile: 'cluster', server: { host: '0.0.0.0' }, internal: { host: '0.0.0.0' } });
    }
    expect(
      ofKind(manifests, 'Secret')
        .flatMap((secret) => Object.keys(secret.stringData ?? {}))
        .filter((key) => !settings.has(key)),
    ).toEqual([]);
  });

  it('opens the ports that the processes listen on, and asks the paths that they answer', () => {
    const [paths, gatewayPaths] = [ProbesController, HealthController].map((controller) => {
      const base = Reflect.getMetadata('path', controller) as string;
      return (['live', 'ready'] as const).map((method) => `/${base}/${String(Reflect.getMetadata('path', controller.prototype[method]))}`);
    }) as [string[], string[]];
    expect(gatewayPaths).toEqual(paths);
    for (const deployment of deployments) {
      const config = loadConfig(environmentOf(manifests, deployment));
      const { ports, startupProbe, livenessProbe, readinessProbe } = containerOf(deployment);
      expect(ports).toEqual([
        { name: 'http', containerPort: config.server.port },
        { name: 'internal', containerPort: config.internal.port },
      ]);
      expect(livenessProbe.httpGet).toEqual({ path: paths[0], port: 'http' });
      expect(startupProbe.httpGet).toEqual({ path: paths[0], port: 'http' });
      expect(readinessProbe.httpGet).toEqual({ path: paths[1], port: 'http' });
    }
  });

  it('lets each process be found by the name that the others are given', () => {
    const { internal }: AppConfig = loadConfig(environmentOf(manifests, deployments[0]!));
    const services = ofKind(manifests, 'Service');
    for (const [app, url] of Object.entries(internal.urls)) {
      const { hostname, port } = new URL(url);
      const service = services.find(({ metadata }) => metadata.name === hostname);
      expect(service?.spec.ports).toContainEqual({ name: 'internal', port: Number(port), targetPort: 'internal' });
      expect(service?.spec.selector).toMatchObject({ 'app.kubernetes.io/component': app });
    }
    expect(Object.keys(internal.urls).sort()).toEqual(processes.filter((app) => app !== 'gateway'));
  });

  it('leaves a process the time that its drain takes', () => {
    for (const deployment of deployments) {
      const { drainMs } = loadConfig(environmentOf(manifests, deployment)).server;
      const [program, pause] = containerOf(deployment).lifecycle.preStop.exec.command as [string, string];
      expect(program).toBe('sleep');
      expect(podOf(deployment).terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(pause) + drainMs / 1_000 + AFTER_DRAIN_SEC);
    }
  });

  it('runs as nobody special, on a file system that cannot be written, with memory that is there and a CPU that is not rationed', () => {
    for (const workload of workloads) {
      const { securityContext, automountServiceAccountToken } = podOf(workload);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } });
      expect(automountServiceAccountToken).toBe(false);
      const { securityContext: own, resources } = containerOf(workload);
      expect(own).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
      expect(Object.keys(resources.limits)).toEqual(['memory']);
      expect(resources.requests.memory).toBe(resources.limits.memory);
    }
    for (const deployment of deployments) {
      const options = containerOf(deployment).env.find((variable) => variable.name === 'NODE_OPTIONS')?.value ?? '';
      const heapMb = Number(/--max-old-space-size=(\d+)/.exec(options)?.[1]);
      expect(heapMb).toBeLessThan(megabytes(containerOf(deployment).resources.limits.memory) * 0.85);
    }
  });

  it('opens the internal door to the processes of the release alone', () => {
    const rules = ofKind(manifests, 'NetworkPolicy').flatMap(({ spec }) => spec.ingress);
    const internal = rules.filter(({ ports }) => ports === undefined || ports.some(({ port }) => port === 'internal'));
    expect(internal).toHaveLength(1);
    const from = internal[0]?.from ?? [];
    expect(from).toEqual([{ podSelector: { matchLabels: expect.anything() as Labels } }]);
    for (const workload of deployments) expect(matches(workload.spec.template.metadata.labels, from[0]?.podSelector?.matchLabels ?? { nobody: '' })).toBe(true);
    expect(rules.filter(({ ports }) => ports === undefined)).toEqual([]);
  });

  it('scales each process by something', () => {
    const scalers = [...ofKind(manifests, 'HorizontalPodAutoscaler'), ...ofKind(manifests, 'ScaledObject')];
    expect(scalers.map(({ spec }) => spec.scaleTargetRef.name).sort()).toEqual(deployments.map(({ metadata }) => metadata.name).sort());
    expect(deployments.filter(({ spec }) => 'replicas' in spec)).toEqual([]);
  });
});

describe('scaling and watching', () => {
  const manifests = rendered('everything.yaml');
  const metrics = read('docs/metrics.md');
  const triggers = ofKind(manifests, 'ScaledObject').flatMap(({ spec }) => spec.triggers);

  it('goes by metrics that there are', () => {
    const names = [read('k8s/agent-chat/templates/scaling.yaml'), read('k8s/agent-chat/values.yaml')].flatMap((text) => text.match(/agent_chat_\w+/g) ?? []);
    expect(new Set(names)).toEqual(new Set(['agent_chat_connections', 'agent_chat_log_lag_records']));
    for (const name of names) expect(metrics).toContain(`\`${name}\``);
  });

  it('goes by consumer groups under the names that they have in Kafka', () => {
    const lags = triggers.filter(({ type }) => type === 'kafka').map(({ metadata }) => [metadata['topic'], metadata['consumerGroup']]);
    const groups = [
      /OWNER_GROUP = '(\w+)'/.exec(read('apps/chat/src/application/write/chat-owner.ts')),
      /group = '(\w+)'/.exec(read('apps/analytics/src/infrastructure/figures.projection.ts')),
    ].map((found) => found?.[1]);
    expect(new Map(lags as [string, string][])).toEqual(
      new Map([
        [COMMANDS_TOPIC, `${groups[0]}.${COMMANDS_TOPIC}`],
        [EVENTS_TOPIC, `${groups[1]}.${EVENTS_TOPIC}`],
      ]),
    );
    expect(read('libs/event-log/src/adapters/kafka/kafka-event-log.ts')).toContain('`${group}.${topic}`');
  });

  it('shows them to nobody who comes by the Ingress', () => {
    const [{ spec }] = ofKind(manifests, 'Ingress') as [Manifest];
    const paths = spec.rules[0].http.paths.map(({ path, pathType, backend }) => [path, pathType, backend.service.name]);
    expect(paths).toEqual([
      ['/api/metrics', 'Prefix', 'chat-agent-chat-nothing'],
      ['/', 'Prefix', 'chat-agent-chat'],
    ]);
    const [nothing] = ofKind(manifests, 'Service').filter(({ metadata }) => metadata.name === 'chat-agent-chat-nothing');
    const selector = nothing?.spec.selector as unknown as Labels;
    for (const pods of ofKind(manifests, 'Deployment')) expect(matches(pods.spec.template.metadata.labels, selector)).toBe(false);
  });

  it('reads the metrics of every process once', () => {
    const [{ spec }] = ofKind(manifests, 'ServiceMonitor') as [Manifest];
    expect(spec.endpoints).toMatchObject([{ port: 'http', path: '/api/metrics' }]);
    const [{ key }] = spec.selector.matchExpressions;
    const watched = ofKind(manifests, 'Service').filter(({ metadata }) => matches(metadata.labels, spec.selector.matchLabels) && key in metadata.labels);
    expect(watched.map(({ metadata }) => metadata.labels[key]).sort()).toEqual(processes);
  });
});
