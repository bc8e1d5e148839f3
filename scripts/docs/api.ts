import { asyncApiDocument } from '../../apps/gateway/src/interface/docs/asyncapi';
import { openApiDocument } from '../../apps/gateway/src/interface/docs/openapi';

/** The contract for machines, as the gateway serves it. */
export function generate(): { path: string; content: string }[] {
  return [
    { path: 'docs/generated/openapi.json', content: JSON.stringify(openApiDocument()) },
    { path: 'docs/generated/asyncapi.json', content: JSON.stringify(asyncApiDocument()) },
  ];
}
