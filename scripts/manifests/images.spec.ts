import { loadConfig } from '@agent-chat/config';
import { AFTER_DRAIN_SEC, compose, composed, dockerfile, NO_SETTINGS, processes, read, settings } from './deployed';

const seconds = (text: string): number => Number(/^(\d+)s$/.exec(text)?.[1]);

describe('the image', () => {
  const variables = [...dockerfile.matchAll(/^(?:ENV| {3}) .*?$/gm)].flatMap(([line]) =>
    [...line.matchAll(/\b([A-Z][A-Z_]*)=(\S+)/g)].map(([, name, value]) => [name, value]),
  );
  const environment = Object.fromEntries(variables) as Record<string, string>;

  it('sets nothing but settings, and opens the ports of their defaults', () => {
    expect(environment).toMatchObject({ HOST: '0.0.0.0', INTERNAL_HOST: '0.0.0.0', PROFILE: 'cluster', DATA_DIR: '/data', APP: 'standalone' });
    expect(Object.keys(environment).filter((name) => !settings.has(name) && !NO_SETTINGS.includes(name))).toEqual([]);
    const { server, internal } = loadConfig({});
    expect(/^EXPOSE (.*)$/m.exec(dockerfile)?.[1]).toBe(`${server.port} ${internal.port}`);
  });

  it('is healthy by what the processes answer', () => {
    expect(read('docker/healthcheck.mjs')).toContain('/api/health/ready');
    expect(dockerfile).toMatch(/^HEALTHCHECK .* CMD \["node", "\/app\/docker\/healthcheck\.mjs"\]$/m);
  });

  it('runs on a release of Node that the package takes', () => {
    const major = Number(/^ARG NODE_IMAGE=node:(\d+)-/m.exec(dockerfile)?.[1]);
    const [, from, to] = /^>=(\d+)[.\d]* <(\d+)$/.exec((JSON.parse(read('package.json')) as { engines: { node: string } }).engines.node) ?? [];
    expect(major).toBeGreaterThanOrEqual(Number(from));
    expect(major).toBeLessThan(Number(to));
  });
});

describe('the compose file', () => {
  it('has each process and the step that migrates before them', () => {
    expect(composed.map(({ command }) => command[0]).sort()).toEqual([...processes, 'migrate'].sort());
    for (const { command, depends_on: after } of composed) {
      const first = command[0] === 'migrate' ? { postgres: { condition: 'service_healthy' } } : { migrate: { condition: 'service_completed_successfully' } };
      expect(after).toMatchObject(first);
    }
  });

  it('gives processes nothing but settings, and settings that they start with', () => {
    for (const { environment, stop_grace_period: grace } of composed) {
      expect(Object.keys(environment).filter((name) => !settings.has(name))).toEqual([]);
      const given = Object.entries(environment).map(([name, text]) => [
        name,
        text.replace(/\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}/g, (_, fallback?: string) => fallback ?? 'x'.repeat(32)),
      ]);
      const config = loadConfig({ ...(Object.fromEntries(given) as Record<string, string>), PROFILE: 'cluster' });
      expect(seconds(grace)).toBeGreaterThanOrEqual(config.server.drainMs / 1_000 + AFTER_DRAIN_SEC);
      for (const [app, url] of Object.entries(config.internal.urls)) expect(url).toBe(`http://${app}:${config.internal.port}`);
      for (const [broker] of config.kafka!.connection.brokers.map((each) => each.split(':'))) expect(compose.services).toHaveProperty(broker!);
      expect(compose.services).toHaveProperty(config.redis!.topology.kind === 'single' ? config.redis!.topology.address.host : '');
      const hosts = [config.database.url!, ...Object.values(config.database.shardUrls)].flatMap((url) => url.split('@')[1]!.split('/')[0]!.split(','));
      for (const host of hosts) expect(compose.services).toHaveProperty(host.split(':')[0]!);
    }
  });

  it('has an NGINX that reaches the gateways where they listen, and waits longer than a heartbeat', () => {
    const nginx = read('docker/nginx.conf');
    expect(nginx).toMatch(/set \$gateways gateway;/);
    expect(compose.services).toHaveProperty('gateway');
    expect(nginx).toContain(`proxy_pass http://$gateways:${loadConfig({}).server.port};`);
    expect(nginx).toMatch(/location ~ \^\/\(socket\\\.io\/\|api\/v1\/events\$\) \{[^}]*proxy_read_timeout 1h;/);
    // Elsewhere a gateway that hangs is not waited for, and what was asked for stands in no log.
    expect(nginx).toMatch(/location \/ \{[^}]*proxy_read_timeout 20s;/);
    expect(nginx).toMatch(/error_log stderr crit;/);
    expect(nginx).toMatch(/proxy_set_header Upgrade \$http_upgrade;/);
  });

  it('has an NGINX that shows metrics to nobody, however they are asked for', () => {
    const hidden = /location ~\* (\S+) \{\s*return 404;/.exec(read('docker/nginx.conf'))?.[1] ?? 'nothing';
    for (const path of ['/api/metrics', '/api/metrics/', '/API/Metrics']) expect(path).toMatch(new RegExp(hidden, 'i'));
    expect('/api/metrics-of-others').not.toMatch(new RegExp(hidden, 'i'));
  });
});
