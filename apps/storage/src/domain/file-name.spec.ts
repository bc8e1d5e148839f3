import { contentDisposition, fileName } from './file-name';

describe('the name of a file', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\a.txt', 'a.txt'],
    ['a\u0000b\r\nc.txt', 'abc.txt'],
    ['\u202Egpj.exe', 'gpj.exe'],
    ['\u200Fjpg\u200F.exe\u061C', 'jpg.exe'],
    ['  two   words .txt ', 'two words .txt'],
    ['', 'file'],
    ['..', 'file'],
    ['folder/', 'file'],
    ['\ud800.txt', '\ufffd.txt'],
    ['日本語.png', '日本語.png'],
  ])('%j becomes %j', (given, name) => {
    expect(fileName(given)).toBe(name);
  });

  it('is cut to 255 bytes, between characters, and keeps its extension', () => {
    const name = fileName(`${'ä'.repeat(300)}.jpeg`);

    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(Buffer.byteLength(name)).toBeGreaterThan(252);
    expect(name).toMatch(/^ä+\.jpeg$/);
    expect(Buffer.byteLength(fileName(`a.${'x'.repeat(400)}`))).toBe(255);
  });
});

describe('the header that names a download', () => {
  it('has the name for every client, and nothing that ends it', () => {
    expect(contentDisposition('attachment', `a"b\\c'é.txt`)).toBe(`attachment; filename="a_b_c'_.txt"; filename*=UTF-8''a%22b%5Cc%27%C3%A9.txt`);
    expect(contentDisposition('inline', 'plain.png')).toBe(`inline; filename="plain.png"; filename*=UTF-8''plain.png`);
  });
});
