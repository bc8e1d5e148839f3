import { describeSettings } from '@agent-chat/config';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export const ROOT = resolve(__dirname, '../..');
/** Apps that are no process of a cluster: everything in one, the step before the others, and what puts a system under load. */
const NO_DEPLOYMENT = ['standalone', 'migrate', 'load'];
/** Variables of Node and of the image, which are no settings. */
export const NO_SETTINGS = ['NODE_ENV', 'NODE_OPTIONS', 'APP'];
/** What the chart leaves to a Secret, by name. */
const SECRETS = {
  INTERNAL_SECRET: 'x'.repeat(32),
  DATABASE_URL: 'postgres://user:password@one:5432,two:5432/agent_chat',
  SHARD_DATABASES: '{"a":{"url":"postgres://user:password@one:5432/a"}}',
  REDIS_URL: 'redis://redis:6379',
};
/** How long the runtime waits for the last answers after the drain, and a little for leaving groups. */
export const AFTER_DRAIN_SEC = 10;

export type Labels = Record<string, string>;

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface Container {
  readonly args: readonly [string];
  readonly envFrom: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly object[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly [string, string] } } };
  readonly securityContext: object;
  readonly resources: { readonly requests: { readonly memory: string }; readonly limits: { readonly memory: string } };
}

export interface Pod {
  readonly containers: readonly [Container];
  readonly securityContext: object;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
}

interface Rule {
  readonly ports?: readonly { readonly port: string }[];
  readonly from?: readonly { readonly podSelector?: { readonly matchLabels: Labels }; readonly namespaceSelector?: object }[];
}

interface Path {
  readonly path: string;
  readonly pathType: string;
  readonly backend: { readonly service: { readonly name: string } };
}

/** Of all kinds together: each test reads what its kind has. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Labels; readonly annotations?: Labels };
  readonly data?: Labels;
  readonly stringData?: Labels;
  readonly spec: {
    readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: Pod };
    readonly selector: { readonly matchLabels: Labels; readonly matchExpressions: readonly [{ readonly key: string }] };
    readonly clusterIP?: string;
    readonly ports: readonly object[];
    readonly ingress: readonly Rule[];
    readonly scaleTargetRef: { readonly name: string };
    readonly triggers: readonly { readonly type: string; readonly metadata: Labels }[];
    readonly endpoints: readonly object[];
    readonly rules: readonly [{ readonly http: { readonly paths: readonly Path[] } }];
  };
}

export interface ComposedService {
  readonly image: string;
  readonly command: readonly [string];
  readonly depends_on: object;
  readonly environment: Labels;
  readonly stop_grace_period: string;
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
export const rendered = (name: string): Manifest[] => parseAllDocuments(read(`k8s/rendered/${name}`)).map((document) => document.toJS() as Manifest);
export const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
export const podOf = (workload: Manifest): Pod => workload.spec.template.spec;
export const containerOf = (workload: Manifest): Container => podOf(workload).containers[0];
export const matches = (labels: Record<string, string>, selector: Record<string, string>): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

export const settings = new Set(describeSettings().flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])));
export const apps = Object.keys((JSON.parse(read('nest-cli.json')) as { projects: object }).projects);
export const processes = apps.filter((app) => !NO_DEPLOYMENT.includes(app)).sort();
export const dockerfile = read('docker/Dockerfile');
export const compose = parse(read('docker/compose.yaml'), { merge: true }) as { services: Record<string, ComposedService> };
export const composed = Object.values(compose.services).filter(({ image }) => image.startsWith('agent-chat:'));

/** Kubernetes' environment of a workload's container, with the Secret and the address of the pod that it would have. */
export function environmentOf(manifests: readonly Manifest[], workload: Manifest): Record<string, string> {
  const container = containerOf(workload);
  const names = container.envFrom.flatMap(({ configMapRef }) => (configMapRef === undefined ? [] : [configMapRef.name]));
  const data = ofKind(manifests, 'ConfigMap')
    .filter(({ metadata }) => names.includes(metadata.name))
    .map(({ data }) => data);
  const own = container.env.map(({ name, value }) => [name, value ?? '10.0.0.7']);
  return { ...Object.assign({}, ...data), ...SECRETS, ...Object.fromEntries(own) } as Record<string, string>;
}
