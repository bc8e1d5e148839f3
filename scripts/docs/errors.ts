import { type ErrorCategory, type ErrorCode, ERRORS, HTTP_STATUS } from '@agent-chat/kernel';

const INTRODUCTION = `# Errors

Generated from the catalogue in \`libs/kernel\`. Over HTTP an error is \`application/problem+json\` (RFC 9457) with \`code\`, \`detail\`, \`retryable\` and,
where it is known, \`retryAfterMs\` (also as the header \`Retry-After\`) and \`errors\`, one entry a wrong field. On a socket the same is \`{ ok: false, error }\`.

*Retryable* means that the same call with the same key may succeed later. \`UNAVAILABLE\` was certainly not accepted; after \`TIMEOUT\` the call may
still be stored, so repeat it with the same key and never with a new one. Codes are never renamed; treat one that you don't know by \`retryable\`, and
over HTTP by its status.
`;

/** The reference of all errors, as files to write. */
export function generate(): { path: string; content: string }[] {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const categories = [...new Set(codes.map((code) => ERRORS[code].category))].sort((one, other) => HTTP_STATUS[one] - HTTP_STATUS[other]);
  const sections = categories.map((category) =>
    section(
      category,
      codes.filter((code) => ERRORS[code].category === category),
    ),
  );
  return [{ path: 'docs/errors.md', content: [INTRODUCTION, ...sections].join('\n') }];
}

function section(category: ErrorCategory, codes: readonly ErrorCode[]): string {
  const rows = codes.map((code) => `| \`${code}\` | ${ERRORS[code].retryable ? 'yes' : 'no'} | ${ERRORS[code].title} |`);
  return `## ${HTTP_STATUS[category]} ${category.replaceAll('_', ' ')}\n\n| Code | Retryable | Meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}
