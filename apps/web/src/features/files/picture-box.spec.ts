import { type Attachment } from '@agent-chat/client';
import { filesHeight, pictureBox } from './picture-box';

const file = (width?: number, height?: number): Attachment => ({
  ...{ attachmentId: 'a', name: 'a', type: 'image/png', sizeBytes: 1 },
  ...(width === undefined ? {} : { width, height }),
});

describe('the place of a picture', () => {
  it.each([
    ['as large as it is, where that fits', 200, 100, 200, 100],
    ['as wide as a message, where it is wider', 3_600, 1_800, 360, 180],
    ['as high as it may be, where it is higher', 1_000, 2_800, 100, 280],
    ['never too small to be pressed', 4_000, 10, 360, 44],
    ['never too small to be pressed, upright', 1, 5_000, 44, 280],
  ])('is %s', (_, width, height, boxWidth, boxHeight) => {
    expect(pictureBox({ width, height })).toEqual({ width: boxWidth, height: boxHeight });
  });
});

describe('the height of files', () => {
  it('grows with each file in a row of its own, and with each line of pictures', () => {
    expect(filesHeight([])).toBe(0);
    expect(filesHeight([file(), file()])).toBe(116);
    expect(filesHeight([file(200, 100)])).toBe(106);
    expect(filesHeight([file(9, 9), file(9, 9), file()])).toBe(214);
    expect(filesHeight(Array.from({ length: 5 }, () => file(9, 9)))).toBe(312);
  });
});
