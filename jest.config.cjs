// One Jest project a suite (see docs in CONTRIBUTING.md). `npx jest path/to/x.spec.ts` finds the right one by itself.
const { compilerOptions } = require('./tsconfig.json');

const pattern = (alias) => `^${alias.replaceAll('/', '\\/').replaceAll('.', '\\.').replace('*', '([^/]+)')}$`;
const moduleNameMapper = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([alias, [file]]) => [pattern(alias), `<rootDir>/${file.replace('*', '$1')}`]),
);

const swc = {
  swcrc: false,
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', tsx: false, decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
  },
};

const javascript = { swcrc: false, module: { type: 'commonjs' }, jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } } };
const ES_MODULES = ['jose', '@tus', 'srvx', 'file-type', 'strtok3', 'token-types', 'uint8array-extras', '@tokenizer', '@borewit'].join('|');

const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  setupFiles: ['reflect-metadata'],
  moduleNameMapper,
  // Some dependencies ship ES modules only, which Jest cannot require as they are.
  transform: { '^.+\\.ts$': ['@swc/jest', swc], [`node_modules/(${ES_MODULES})/.+\\.m?js$`]: ['@swc/jest', javascript] },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/libs/client/dist/'],
  watchPathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

/** Suites whose tests may need a database share one embedded Postgres; Jest starts it once, and only if such a suite runs. */
const withPostgres = { globalSetup: '<rootDir>/test/support/global-setup.mjs', globalTeardown: '<rootDir>/test/support/global-teardown.mjs' };
/** Contract suites run on every adapter, so that they need the servers of all of them. */
const withServers = { globalSetup: '<rootDir>/test/support/contract-setup.mjs', globalTeardown: '<rootDir>/test/support/contract-teardown.mjs' };
/** End-to-end tests run on either profile; a cluster is started once a run. */
const withSystem = { globalSetup: '<rootDir>/test/support/e2e-setup.mjs', globalTeardown: '<rootDir>/test/support/e2e-teardown.mjs' };
const slow = /\.(contract|medium)\.spec\.ts$/.source;

module.exports = {
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,scripts}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', slow],
    },
    { ...shared, ...withServers, displayName: 'contract', testMatch: ['<rootDir>/{apps,libs}/**/*.contract.spec.ts'] },
    { ...shared, ...withPostgres, displayName: 'medium', testMatch: ['<rootDir>/test/medium/**/*.spec.ts', '<rootDir>/{apps,libs}/**/*.medium.spec.ts'] },
    { ...shared, displayName: 'spec', testMatch: ['<rootDir>/test/spec/**/*.spec.ts'] },
    { ...shared, ...withSystem, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'] },
    { ...shared, displayName: 'infrastructure', testMatch: ['<rootDir>/test/infrastructure/**/*.spec.ts'] },
    { ...shared, ...withPostgres, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.spec.ts'] },
  ],
};
