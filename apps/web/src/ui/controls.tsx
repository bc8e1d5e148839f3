import { type ReactNode } from 'react';
import {
  Button,
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField,
  Tooltip,
  TooltipTrigger,
  type ButtonProps,
  type TextFieldProps,
} from 'react-aria-components';
import { t } from '../core/translate';
import { Icon, type IconName } from './icon';

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'className'> {
  readonly icon: IconName;
  readonly label: string;
  readonly size?: number;
  readonly look?: 'plain' | 'danger' | 'primary';
}

/** A button that is an icon, with its words in a tooltip and for screen readers. */
export function IconButton({ icon, label, size, look = 'plain', ...props }: IconButtonProps): ReactNode {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      <Button {...props} className="icon-button" data-look={look} aria-label={label}>
        <Icon name={icon} {...(size === undefined ? {} : { size })} />
      </Button>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

interface ActionButtonProps extends Omit<ButtonProps, 'className'> {
  readonly look?: 'primary' | 'quiet' | 'danger' | 'outline';
}

export function ActionButton({ look = 'outline', ...props }: ActionButtonProps): ReactNode {
  return <Button {...props} className="button" data-look={look} />;
}

interface FieldProps extends Omit<TextFieldProps, 'children' | 'className'> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly isMultiline?: boolean;
}

/** A labelled text field with a hint and its own error. */
export function Field({ label, hint, error, placeholder, isMultiline = false, ...props }: FieldProps): ReactNode {
  const Control = isMultiline ? TextArea : Input;
  return (
    <TextField {...props} className="field" isInvalid={error !== undefined}>
      <Label>{label}</Label>
      <Control className="input" {...(placeholder === undefined ? {} : { placeholder })} />
      {hint !== undefined && error === undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

export function Spinner({ label = t('Loading') }: { readonly label?: string }): ReactNode {
  return (
    <span className="spinner" role="status">
      <span className="sr-only">{label}</span>
    </span>
  );
}
