import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { type Browser } from 'playwright-core';
import { RestClient } from './rest-client';
import { chooseFiles, landscapeFile, pictureOf, textFile, trayOf, untilShown } from './web-files';
import { PASSWORD, WebPerson } from './web-person';

const EVERYTHING = [
  'The plan, as it stands: **two days**, _slowly_, ~~three huts~~ one hut, `47.05, 11.14`, https://example.com/hut and [the map](https://example.com/map)',
  '> Leave early, rest at noon.',
  '- boots\n- bread',
  '```ts\nconst metres: number = 2_410;\n```',
].join('\n');
const EARLIER = 'We meet at seven at the station';
/** What a message says now that said something else before. */
export const LATER = 'We meet at eight at the station';

async function register(url: string, username: string, displayName: string): Promise<string> {
  const { body } = await new RestClient(url).call('POST', '/auth/register', { username, displayName, password: PASSWORD });
  return (body as { user: { userId: string } }).user.userId;
}

async function say(person: WebPerson, text: string): Promise<void> {
  await person.send(text);
  await person.storedMessage(text.split('\n').at(-1) === '```' ? 'metres' : text).waitFor();
}

/** Other rooms of Lena's, so that there is something to jump to. */
async function makeRooms(lena: WebPerson, marco: WebPerson, marcoId: string, aminaId: string): Promise<void> {
  const made = async (room: object): Promise<string> => ((await lena.call('POST', '/rooms', room)) as { roomId: string }).roomId;
  const post = (person: WebPerson, roomId: string, text: string) => person.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text });
  const books = await made({ kind: 'private', name: 'book club', topic: 'Every second Thursday', memberIds: [marcoId] });
  await post(marco, books, 'Chapter nine until Thursday?');
  await post(lena, await made({ kind: 'announcement', name: 'club news' }), 'The season opens on the first of May');
  await post(lena, await made({ kind: 'direct', memberIds: [aminaId] }), 'Do you still have the rope?');
}

/** Marco shows pictures, the last of which stand in the room as they were sent. */
async function showPictures(marco: WebPerson): Promise<void> {
  const pictures = [landscapeFile('lake.jpg', 1_600, 1_000, 200), landscapeFile('ridge.jpg', 900, 1_200, 20), landscapeFile('valley.jpg', 1_200, 900, 90)];
  await chooseFiles(marco, ...(await Promise.all(pictures)));
  await trayOf(marco).getByText('3 files are ready to go').waitFor();
  await say(marco, 'Last year at the lake');
  await untilShown(pictureOf(marco, 'valley.jpg').locator('img'));
  await chooseFiles(marco, textFile('packing list.txt', 'boots\nbread\nrope\n'));
  await trayOf(marco).getByText('The file is ready to go').waitFor();
  await say(marco, 'And what to bring');
}

async function seeEverything(lena: WebPerson): Promise<void> {
  const found = async (path: string): Promise<number> => ((await lena.call('GET', path)) as { items: unknown[] }).items.length;
  await eventually(async () => expect(await found('/search?q=lake')).toBe(3), { timeoutMs: 60_000, intervalMs: 500 });
  for (const name of ['amina', 'jonas'])
    await eventually(async () => expect(await found(`/users?q=${name}`)).toBeGreaterThan(0), { timeoutMs: 60_000, intervalMs: 500 });
}

/** A room in which there is something to see of everything, the people in it, and others beside it. */
export async function setScene(browser: Browser, url: string): Promise<{ lena: WebPerson; marco: WebPerson }> {
  const lena = await WebPerson.open(browser, url, 'Lena Fischer');
  const marco = await WebPerson.open(browser, url, 'Marco Conti');
  await Promise.all([lena.register(), marco.register()]);
  const amina = await register(url, 'amina', 'Amina Haddad');
  await register(url, 'jonas', 'Jonas Weber');
  const { userId: marcoId } = (await marco.call('GET', '/users/me')) as { userId: string };
  await makeRooms(lena, marco, marcoId, amina);
  await lena.createRoom('alpine club');
  await marco.discover('alpine club');
  await say(lena, EVERYTHING);
  await say(marco, 'Is the hut at the lake open?');
  await say(lena, 'It is, the hut at the lake has room for six');
  await marco.act('room for six', 'React');
  await marco.page.getByRole('button', { name: 'Party' }).click();
  await say(lena, EARLIER);
  await lena.composer.press('ArrowUp');
  await lena.page.getByText('Enter saves').waitFor();
  await lena.composer.fill(LATER);
  await lena.composer.press('Enter');
  await lena.message(LATER).getByText('(edited)').waitFor();
  await showPictures(marco);
  await marco.act(LATER, 'Reply');
  await marco.composer.pressSequentially('Good, @le');
  await marco.page.getByRole('option', { name: 'Lena Fischer' }).click();
  await marco.composer.press('Enter');
  await lena.storedMessage('Good, @Lena Fischer').waitFor();
  await seeEverything(lena);
  return { lena, marco };
}
