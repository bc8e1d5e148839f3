import { eventually } from '@agent-chat/testing';
import { randomBytes } from 'node:crypto';
import { type Locator, type Route } from 'playwright-core';
import { landscape } from './test-pictures';
import { type WebPerson } from './web-person';

/** A file as the browser's own choice gives it to a page. */
export interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export function textFile(name: string, words: string): ChosenFile {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(words) };
}

export async function landscapeFile(name: string, width: number, height: number, hue: number): Promise<ChosenFile> {
  return { name, mimeType: 'image/jpeg', buffer: await landscape(width, height, hue) };
}

/** One that nobody knows the kind of. */
export function bytesFile(name: string, sizeBytes: number): ChosenFile {
  return { name, mimeType: 'application/octet-stream', buffer: randomBytes(sizeBytes) };
}

export async function chooseFiles({ page }: WebPerson, ...files: ChosenFile[]): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(files);
}

/** The files that go with the next message. */
export function trayOf({ page }: WebPerson): Locator {
  return page.getByRole('group', { name: 'Files of your message' });
}

export function inTray(person: WebPerson, name: string): Locator {
  return trayOf(person).getByRole('listitem').filter({ hasText: name });
}

export async function sendFiles({ page }: WebPerson): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** A picture in the conversation. */
export function pictureOf({ page }: WebPerson, name: string): Locator {
  return page.getByRole('article').getByRole('button', { name: `Picture: ${name}` });
}

/** Until the browser shows a picture; smaller ones are made by another process. */
export async function untilShown(img: Locator): Promise<void> {
  await eventually(async () => expect(await img.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth)).toBeGreaterThan(0), {
    timeoutMs: 30_000,
  });
}

/** Lets no request pass until it is released. */
export class Gate {
  private readonly held: Route[] = [];
  private isOpen = false;

  readonly hold = async (route: Route): Promise<void> => {
    if (this.isOpen) await route.continue();
    else this.held.push(route);
  };

  get count(): number {
    return this.held.length;
  }

  async release(): Promise<void> {
    this.isOpen = true;
    await Promise.all(this.held.splice(0).map((route) => route.continue().catch(() => undefined)));
  }
}
