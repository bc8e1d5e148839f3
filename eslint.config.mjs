// Lint rules of the whole repository. A rule is loosened here, with its reason, never in a source file.
import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.ts', '**/*.tsx'];
const SCRIPTS = ['**/*.mjs', '**/*.cjs', '**/*.js'];
const TESTS = ['**/*.spec.ts', '**/*.spec.tsx', '**/testing/**/*.ts', 'libs/testing/**/*.ts', 'test/**/*.ts'];
const DOCUMENTED = ['libs/kernel/src/**/*.ts', 'libs/contracts/src/**/*.ts', 'libs/client/src/**/*.ts', '**/*.port.ts'];

const named = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']));
const NODE_GLOBALS = named(
  ...['process', 'console', 'Buffer', 'URL', 'URLSearchParams', 'fetch', 'performance', 'globalThis', 'AbortController', 'AbortSignal', 'structuredClone'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'TextEncoder', 'TextDecoder'],
  ...['require', 'module', '__dirname', '__filename'],
);

const NO_ENUM = { selector: 'TSEnumDeclaration', message: 'Use a union of literals, or an object `as const`.' };
const NO_ENVIRONMENT = { selector: "MemberExpression[object.name='process'][property.name='env']", message: 'Settings are read in libs/config only.' };
const NO_CLOCK = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Ask the Clock of the kernel.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Ask the Clock of the kernel.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Use the ids of the kernel, or take a source of randomness.',
  },
];

const sizes = {
  'max-lines': ['error', { max: 300 }],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', 6],
  // A switch over the kinds of a union is one decision, however many kinds there are.
  complexity: ['error', { max: 10, variant: 'modified' }],
};

const typescript = {
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  // Nest's modules are classes that hold nothing but their decorator.
  '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
  // A number in a text is never a mistake here; objects and undefined are.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
  // A port's method has to reject, never to throw: `async` without `await` is how an adapter in memory does that.
  '@typescript-eslint/require-await': 'off',
  // A key of an open record, such as a header's name, reads well in brackets.
  '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
  // Types are structural here: settings and records are plain objects that have the shape of a class.
  '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
  // It asks for a generic to be used twice, which a typed `query<Row>()` cannot.
  '@typescript-eslint/no-unnecessary-type-parameters': 'off',
};

/** What a test may do that production code may not: read loosely typed answers, run long, read the environment and the time. */
const relaxedInTests = {
  'max-lines-per-function': 'off',
  'max-params': 'off',
  complexity: 'off',
  'no-restricted-syntax': ['error', NO_ENUM],
  '@typescript-eslint/no-non-null-assertion': 'off',
  '@typescript-eslint/no-unsafe-argument': 'off',
  '@typescript-eslint/no-unsafe-assignment': 'off',
  '@typescript-eslint/no-unsafe-call': 'off',
  '@typescript-eslint/no-unsafe-member-access': 'off',
  '@typescript-eslint/no-unsafe-return': 'off',
  // `expect(fake.method)` is how Jest asks about a call.
  '@typescript-eslint/unbound-method': 'off',
  '@typescript-eslint/no-empty-function': 'off',
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'test-output/', '.data/', '**/dist/', 'docs/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: TYPESCRIPT,
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...sizes, ...typescript, 'no-restricted-syntax': ['error', NO_ENUM, NO_ENVIRONMENT, ...NO_CLOCK] },
  },
  { files: ['libs/config/src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', NO_ENUM, ...NO_CLOCK] } },
  // Where time and randomness come from: the servers' source, and the one of the SDK, which runs without the kernel's.
  {
    files: ['libs/kernel/src/clock.ts', 'libs/kernel/src/ids.ts', 'libs/client/src/clock.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_ENUM, NO_ENVIRONMENT] },
  },
  {
    files: DOCUMENTED,
    ignores: TESTS,
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          enableFixer: false,
          require: { FunctionDeclaration: true, ClassDeclaration: true },
          contexts: ['TSInterfaceDeclaration', 'ExportNamedDeclaration > VariableDeclaration', 'TSAbstractMethodDefinition'],
        },
      ],
    },
  },
  {
    // React: a component is mostly markup, which counts as lines but hides nothing.
    files: ['apps/web/**/*.ts', 'apps/web/**/*.tsx'],
    rules: {
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', NO_ENUM],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  // A table of words, a line each.
  { files: ['apps/web/src/locales/*.ts'], rules: { 'max-lines': 'off' } },
  { files: ['scripts/**/*.ts'], rules: { 'no-restricted-syntax': ['error', NO_ENUM] } },
  { files: TESTS, rules: relaxedInTests },
  {
    files: ['**/*.spec.ts', '**/*.spec.tsx', '**/testing/**/*.contract.ts'],
    extends: [jest.configs['flat/recommended']],
    rules: {
      'jest/no-disabled-tests': 'error',
      'jest/no-focused-tests': 'error',
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', '**.expect*', 'eventually', 'fc.assert', 'assert*', 'describe*Contract'] }],
      // A contract suite is exported and called by each adapter's spec.
      'jest/no-export': 'off',
      'jest/no-standalone-expect': 'off',
      // Contract suites take the name of the adapter as a parameter.
      'jest/valid-title': ['error', { ignoreTypeOfDescribeName: true, ignoreTypeOfTestName: true }],
    },
  },
  {
    files: SCRIPTS,
    languageOptions: { globals: NODE_GLOBALS },
    rules: { ...sizes, 'no-unused-vars': ['error', { argsIgnorePattern: '^_' }] },
  },
);
