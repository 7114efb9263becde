import { existsSync, readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';

const doors = ['directions', 'interventions', 'analyses'];

/** Each folder may import only from the folders listed, besides itself. `app` may import everything. */
export const mayImport = {
  lib: [],
  anatomy: ['lib'],
  engine: ['lib', 'anatomy'],
  models: ['lib', 'anatomy'],
  dictionaries: ['lib', 'anatomy', 'models'],
  directions: ['lib', 'anatomy', 'engine', 'dictionaries'],
  interventions: ['lib', 'anatomy', 'engine', 'dictionaries'],
  analyses: ['lib', 'anatomy', 'engine', 'dictionaries'],
  charts: ['lib'],
  ui: ['lib'],
  store: ['lib', 'anatomy', ...doors, 'dictionaries'],
  panels: ['lib', 'anatomy', ...doors, 'dictionaries', 'charts', 'ui', 'store'],
  permalink: ['lib', 'anatomy', ...doors, 'panels', 'store'],
  testing: ['lib', 'anatomy', 'engine', 'models', 'dictionaries'],
  workers: ['lib', 'anatomy', 'engine', 'models', 'dictionaries', ...doors],
};
const folders = [...Object.keys(mayImport), 'app'];

const zones = Object.entries(mayImport).map(([target, allowed]) => ({
  target: `./src/${target}/**/!(*.test).{ts,tsx}`,
  from: folders.filter((folder) => folder !== target && !allowed.includes(folder)).map((folder) => `./src/${folder}`),
  message: `${target}/ may import only: ${allowed.join(', ') || 'nothing'}.`,
}));

// Doors stay light: only the heavy file of a method may reach the engine.
for (const kind of doors)
  zones.push({
    target: `./src/${kind}/*/index.ts`,
    from: ['./src/engine'],
    message: 'index.ts is loaded by the page; put tensor code behind load().',
  });

// Method folders do not know their siblings.
for (const kind of [...doors, 'panels']) {
  if (!existsSync(`src/${kind}`)) continue;
  const names = readdirSync(`src/${kind}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  for (const name of names) {
    const siblings = names.filter((other) => other !== name).map((other) => `./src/${kind}/${other}`);
    if (siblings.length > 0)
      zones.push({ target: `./src/${kind}/${name}`, from: siblings, message: 'method folders do not import their siblings.' });
  }
}

// Who may use which package. One rule per folder: a second block with the same rule would replace the first.
const packageOwners = {
  '@tensorflow/*': ['engine'],
  zustand: ['store'],
  react: ['store', 'charts', 'ui', 'panels', 'app'],
  'react-dom': ['app'],
  'react-aria-components': ['ui', 'panels', 'app'],
  '@huggingface/tokenizers': ['models'],
  '@huggingface/jinja': ['models'],
  comlink: ['workers'],
  'd3-selection': [],
  d3: [],
};
const packageRules = folders.map((folder) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  ignores: ['**/*.test.{ts,tsx}'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: Object.entries(packageOwners)
          .filter(([, owners]) => !owners.includes(folder))
          .map(([name, owners]) => ({
            group: [name, `${name}/*`],
            message: `only ${owners.join(', ') || 'nobody'} may import ${name}.`,
          })),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'public/', 'test-results/', 'playwright-report/', '.cache/', 'training/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'import-x': importX, 'react-hooks': reactHooks },
    settings: {
      ...importX.flatConfigs.typescript.settings, // without it no-cycle cannot read .ts files and stays silent
      'import-x/resolver-next': [createTypeScriptImportResolver()],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.property.name='dataSync']", message: 'dataSync() kills WebGPU devices: use data().' },
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'nothing from a model, a file or a link is injected as markup.' },
      ],
    },
  },
  { files: ['src/**/*.test.{ts,tsx}'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  ...packageRules,
);
