import { type AttachmentLinks, type LinkedVariant } from '@agent-chat/client';
import { shownIn, shownLarge } from './shown-variants';

const variant = (name: string, width: number): LinkedVariant => ({
  name,
  width,
  height: 1,
  sizeBytes: 1,
  type: `image/${name.split('.')[1] ?? ''}`,
  url: `/${name}`,
});
const links = (more: Partial<AttachmentLinks> = {}): AttachmentLinks => ({
  ...{ attachmentId: 'a', name: 'a.jpg', type: 'image/jpeg', sizeBytes: 1, url: '/original', media: 'done', expiresAt: '' },
  variants: [variant('1280.webp', 1_280), variant('1280.avif', 1_280), variant('thumbnail.webp', 320), variant('thumbnail.jpg', 320)],
  ...more,
});

describe('the sizes of a picture', () => {
  it('are offered to the browser, the smallest first', () => {
    expect(shownIn(links())).toEqual({ src: '/thumbnail.webp', srcSet: '/thumbnail.webp 320w, /1280.webp 1280w' });
  });

  it('end with the largest that was made', () => {
    expect(shownLarge(links())).toEqual({ src: '/1280.webp' });
  });

  it('are the original alone, where there is no other', () => {
    expect(shownIn(links({ variants: [] }))).toEqual({ src: '/original' });
    expect(shownLarge(links({ variants: [] }))).toEqual({ src: '/original' });
  });

  it('are the original of what moves, unless that is very large', () => {
    expect(shownLarge(links({ type: 'image/gif' }))).toEqual({ src: '/original' });
    expect(shownLarge(links({ type: 'image/gif', sizeBytes: 20_000_000 }))).toEqual({ src: '/1280.webp' });
  });
});
