import { memo, useMemo, type ReactNode } from 'react';
import { useMyId } from '../core/client';
import { usePerson } from '../core/people';
import { t } from '../core/translate';
import { isEmojiOnly, parseText, type TextNode } from './parse-text';

function Mention({ target }: { readonly target: string }): ReactNode {
  const me = useMyId();
  const person = usePerson(target === 'room' ? '' : target);
  const isMe = target === me || target === 'room';
  return (
    <span className="mention" data-me={isMe || undefined}>
      @{target === 'room' ? 'room' : (person?.displayName ?? 'somebody')}
    </span>
  );
}

function Piece({ node }: { readonly node: TextNode }): ReactNode {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'code':
      return <code>{node.text}</code>;
    case 'codeBlock':
      return (
        <pre tabIndex={0} aria-label={t('Code')}>
          <code>{node.text}</code>
        </pre>
      );
    case 'link':
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          {node.text}
        </a>
      );
    case 'mention':
      return <Mention target={node.target} />;
    case 'strong':
      return <strong>{pieces(node.children)}</strong>;
    case 'emphasis':
      return <em>{pieces(node.children)}</em>;
  }
}

function pieces(nodes: readonly TextNode[]): ReactNode {
  return nodes.map((node, index) => <Piece key={index} node={node} />);
}

/** A message's text: elements made from its pieces, never from its HTML. */
export const RichText = memo(function RichText({ text }: { readonly text: string }) {
  const nodes = useMemo(() => parseText(text), [text]);
  return (
    <div className="rich-text" data-emoji={isEmojiOnly(text) || undefined}>
      {pieces(nodes)}
    </div>
  );
});
