import { memo, useMemo, type ReactNode } from 'react';
import { useMyId } from '../core/client';
import { usePerson } from '../core/people';
import { t } from '../core/translate';
import { CodeBlock } from './code-block';
import { withVisibleDirection } from './direction';
import { isEmojiOnly, parseText, type TextNode } from './parse-text';

function Mention({ target }: { readonly target: string }): ReactNode {
  const me = useMyId();
  const person = usePerson(target === 'room' ? '' : target);
  const isMe = target === me || target === 'room';
  return (
    <span className="mention name" data-me={isMe || undefined}>
      @{target === 'room' ? target : (person?.displayName ?? t('Somebody'))}
    </span>
  );
}

/** Leads away, and says where to: words that name another place than they lead to deceive nobody. */
function Link({ text, href, isNamed }: { readonly text: string; readonly href: string; readonly isNamed: boolean }): ReactNode {
  return (
    <>
      <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
        <bdi>{isNamed ? text : withVisibleDirection(text)}</bdi>
      </a>
      {isNamed && <span className="link-host"> ({new URL(href).host})</span>}
    </>
  );
}

function List({ start, items }: { readonly start: number | undefined; readonly items: readonly (readonly TextNode[])[] }): ReactNode {
  const lines = items.map((item, index) => <li key={index}>{pieces(item)}</li>);
  return start === undefined ? <ul>{lines}</ul> : <ol start={start}>{lines}</ol>;
}

function Piece({ node }: { readonly node: TextNode }): ReactNode {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'code':
      return <code dir="ltr">{withVisibleDirection(node.text)}</code>;
    case 'codeBlock':
      return <CodeBlock text={node.text} language={node.language} />;
    case 'link':
      return <Link text={node.text} href={node.href} isNamed={node.isNamed === true} />;
    case 'strike':
      return <s>{pieces(node.children)}</s>;
    case 'quote':
      return <blockquote>{pieces(node.children)}</blockquote>;
    case 'list':
      return <List start={node.start} items={node.items} />;
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
    <div className="rich-text" dir="auto" data-emoji={isEmojiOnly(text) || undefined}>
      {pieces(nodes)}
    </div>
  );
});
