import { type NestExpressApplication } from '@nestjs/platform-express';
import { ROUTES } from '../../../apps/gateway/src/interface/docs/routes';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

interface RouterLayer {
  readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
}

describe('the documents of the API', () => {
  let app: WholeApp;
  beforeAll(async () => {
    app = await startWholeApp('docs');
  });
  afterAll(() => app.close());

  it('name exactly the routes that exist', () => {
    const express = (app.app as NestExpressApplication).getHttpAdapter().getInstance() as unknown as { router: { stack: RouterLayer[] } };
    const existing = express.router.stack.flatMap(({ route }) =>
      route === undefined || route.path.startsWith('/api/docs') || route.path.includes('*')
        ? []
        : Object.keys(route.methods).map((method) => `${method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`),
    );

    expect(ROUTES.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(existing.sort());
  });

  it('are served to everybody, and resolve all their references', async () => {
    for (const name of ['openapi', 'asyncapi']) {
      const answer = await fetch(`${app.url}/api/${name}.json`);
      const text = await answer.text();
      const document = JSON.parse(text) as Record<string, unknown>;
      const references = [...new Set([...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? ''))];
      expect(references.length).toBeGreaterThan(20);
      // A dot is no separator in a JSON pointer.
      const lost = references.filter(
        (path) => path.split('/').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document) === undefined,
      );
      expect(lost).toEqual([]);
    }
  });

  it('come as a page that its own content security policy lets work', async () => {
    const page = await fetch(`${app.url}/api/docs`);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';

    expect(policy).toContain("script-src 'self'");
    expect(html.match(/<script(?![^>]*\ssrc=)/g)).toBeNull();
    const scripts = [...html.matchAll(/<script[^>]*src="([^"]+)"/g)].map(([, src]) => new URL(src ?? '', `${app.url}/api/docs`).href);
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) expect((await fetch(script)).headers.get('content-type')).toContain('javascript');
  });
});
