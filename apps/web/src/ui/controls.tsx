import { useId, type ReactElement, type ReactNode } from 'react';
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
import { directionOf } from '../text/direction';
import { Icon, type IconName } from './icon';

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'className'> {
  /** By its name, or as it is drawn elsewhere. */
  readonly icon: IconName | ReactElement;
  readonly label: string;
  readonly size?: number;
  readonly look?: 'plain' | 'danger' | 'primary';
}

/** A button that is an icon, with its words in a tooltip and for screen readers. */
export function IconButton({ icon, label, size, look = 'plain', ...props }: IconButtonProps): ReactNode {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      <Button {...props} className="icon-button" data-look={look} aria-label={label}>
        {typeof icon === 'string' ? <Icon name={icon} {...(size === undefined ? {} : { size })} /> : icon}
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
      <Control className="input" dir={directionOf(props.value)} {...(placeholder === undefined ? {} : { placeholder })} />
      {hint !== undefined && error === undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly onChange: (id: string) => void;
  readonly hint?: string | undefined;
}

/** One of a few: the browser's own list, which every device shows as its people know it. */
export function Choice({ label, value, options, onChange, hint }: ChoiceProps): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        className="input"
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      >
        {options.map((option) => (
          <option key={option.id} value={option.id}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function Spinner({ label = t('Loading') }: { readonly label?: string }): ReactNode {
  return (
    <span className="spinner" role="status">
      <span className="sr-only">{label}</span>
    </span>
  );
}
