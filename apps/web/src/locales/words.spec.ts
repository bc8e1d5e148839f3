import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { type Words } from '../core/translate';
import { de } from './de';

const SOURCES = resolve(__dirname, '..');
const LANGUAGES: Readonly<Record<string, Words>> = { de };
const SHOWN_ATTRIBUTES = new Set(['label', 'title', 'aria-label', 'placeholder', 'hint', 'alt']);

interface Said {
  readonly texts: Set<string>;
  readonly plurals: Set<string>;
  /** What is shown without being translated. */
  readonly untranslated: string[];
}

function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function other(node: ts.Node | undefined): string | undefined {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined;
  const property = node.properties.find((one) => one.name?.getText() === 'other');
  return property !== undefined && ts.isPropertyAssignment(property) ? literal(property.initializer) : undefined;
}

/** What an expression may come to, as far as that stands in it. */
function outcomes(node: ts.Expression): ts.Expression[] {
  if (ts.isParenthesizedExpression(node)) return outcomes(node.expression);
  if (ts.isConditionalExpression(node)) return [...outcomes(node.whenTrue), ...outcomes(node.whenFalse)];
  if (ts.isBinaryExpression(node))
    return node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ? outcomes(node.right) : [...outcomes(node.left), ...outcomes(node.right)];
  return [node];
}

/** Words that an expression shows as they stand there. */
function wordsIn(node: ts.Expression | undefined): string[] {
  const parts = node === undefined ? [] : outcomes(node);
  const texts = parts.flatMap((part) => {
    if (ts.isTemplateExpression(part)) return [part.head.text, ...part.templateSpans.map(({ literal: span }) => span.text)];
    return literal(part) ?? [];
  });
  return texts.filter((text) => /\p{L}{2}/u.test(text));
}

/** Where an expression is shown: between tags, or as an attribute that people see or hear. */
function isShown(node: ts.JsxExpression): boolean {
  if (!ts.isJsxAttribute(node.parent)) return true;
  return SHOWN_ATTRIBUTES.has(node.parent.name.getText());
}

function read(file: string, { texts, plurals, untranslated }: Said): void {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ['t', 'msg'].includes(node.expression.getText())) {
      const text = literal(node.arguments[0]);
      if (text !== undefined) texts.add(text);
    }
    if (ts.isObjectLiteralExpression(node)) {
      const text = other(node);
      if (text !== undefined) plurals.add(text);
    }
    if (ts.isJsxExpression(node) && isShown(node)) untranslated.push(...wordsIn(node.expression).map((text) => `${file}: ${text}`));
    if (ts.isJsxText(node) && /\p{L}{2}/u.test(node.text)) untranslated.push(`${file}: ${node.text.trim()}`);
    if (ts.isJsxAttribute(node) && SHOWN_ATTRIBUTES.has(node.name.getText())) {
      const text = literal(node.initializer) ?? '';
      if (/\p{L}{2}/u.test(text)) untranslated.push(`${file}: ${text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function everythingSaid(): Said {
  const said: Said = { texts: new Set(), plurals: new Set(), untranslated: [] };
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !/\.spec\.|^locales/.test(name));
  for (const name of files) read(join(SOURCES, name), said);
  return said;
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
}

describe('the words of the page', () => {
  const said = everythingSaid();

  it('are all translated where they are shown', () => {
    expect(said.texts.size).toBeGreaterThan(200);
    expect(said.untranslated).toEqual([]);
  });

  it.each(Object.keys(LANGUAGES))('are all there in %s, and no others', (id) => {
    const words = LANGUAGES[id] ?? {};
    const plurals = Object.keys(words).filter((text) => typeof words[text] === 'object');
    const texts = Object.keys(words).filter((text) => typeof words[text] === 'string');
    expect(plurals.sort()).toEqual([...said.plurals].sort());
    expect(texts.sort()).toEqual([...said.texts].sort());
  });

  it.each(Object.keys(LANGUAGES))('have the same placeholders in %s', (id) => {
    for (const [english, translated] of Object.entries(LANGUAGES[id] ?? {})) {
      for (const text of typeof translated === 'string' ? [translated] : Object.values(translated)) {
        const missing = placeholders(english).filter((name) => name !== '{count}' && !placeholders(text).includes(name));
        expect({ english, missing, added: placeholders(text).filter((name) => !placeholders(english).includes(name)) }).toEqual({
          english,
          missing: [],
          added: [],
        });
      }
    }
  });
});
