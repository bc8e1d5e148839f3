import { type Attachment, type LastMessage } from '@agent-chat/client';
import { speak } from '../../core/translate';
import { isPicture, kindLabel, messageWords, nameParts, previewWords, sizeLabel } from './file-words';

const MIB = 1_024 * 1_024;
const file = (more: Partial<Attachment> = {}): Attachment => ({ attachmentId: 'a', name: 'plan.pdf', type: 'application/pdf', sizeBytes: 1, ...more });

describe('the size of a file', () => {
  afterEach(() => speak('en', {}));

  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1_023, '1,023 bytes'],
    [1_024, '1 kB'],
    [15_700, '15 kB'],
    [1.25 * MIB, '1.3 MB'],
    [100 * MIB, '100 MB'],
    [5_000 * MIB, '4.9 GB'],
    [5_000_000 * MIB, '4,883 GB'],
  ])('of %d bytes is %s', (bytes, words) => {
    expect(sizeLabel(bytes)).toBe(words);
  });

  it('is said in the person’s language', () => {
    speak('de', {});
    expect(sizeLabel(1.25 * MIB)).toBe('1,3 MB');
  });
});

describe('a file in words', () => {
  it('is a picture where it has a size to be shown in', () => {
    expect(isPicture(file())).toBe(false);
    expect(isPicture(file({ width: 3, height: 2 }))).toBe(true);
  });

  it('is of the kind that its name says, else its type', () => {
    expect(kindLabel(file())).toBe('PDF');
    expect(kindLabel(file({ name: 'notes' }))).toBe('application/pdf');
    expect(kindLabel(file({ name: 'a.verylongending' }))).toBe('application/pdf');
  });

  it('stands for a message that has no text', () => {
    expect(messageWords('Look', [file()])).toBe('Look');
    expect(messageWords('', [file()])).toBe('File: plan.pdf');
    expect(messageWords('', [file({ name: 'a.png', width: 1, height: 1 })])).toBe('Picture: a.png');
    expect(messageWords('', [file(), file()])).toBe('2 files');
    expect(messageWords('', [])).toBe('');
  });

  it('stands for the newest message of a room, which may have been kept from before files were told', () => {
    const words = (preview: string, files?: LastMessage['files']): string =>
      previewWords({ messageId: 'm', seq: 1, authorId: 'u', preview, createdAt: '', ...(files && { files }) }, (userId) => `name of ${userId}`);
    expect(words('**Look** <@0190a6b2-7c1e-7a3d-8f00-00000000000a>', { count: 1, first: file() })).toBe('Look @name of 0190a6b2-7c1e-7a3d-8f00-00000000000a');
    expect(words('', { count: 1, first: file() })).toBe('File: plan.pdf');
    expect(words('', { count: 1, first: file({ name: 'a.png', width: 1, height: 1 }) })).toBe('Picture: a.png');
    expect(words('', { count: 3, first: file() })).toBe('3 files');
    expect(words('')).toBe('Files');
  });
});

describe('the ending of a name', () => {
  it.each([
    ['photo.jpg', 'photo', '.jpg'],
    ['photo.jpg.exe', 'photo.jpg', '.exe'],
    ['notes', 'notes', ''],
    ['.profile', '.profile', ''],
    ['a. what was said then', 'a. what was said then', ''],
    ['.', '.', ''],
    ['bild.äöü', 'bild', '.äöü'],
  ])('of %s stands behind %s', (name, stem, ending) => {
    expect(nameParts(name)).toEqual({ stem, ending });
  });
});
