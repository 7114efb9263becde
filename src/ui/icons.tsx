import type { ReactNode } from 'react';

/** Line pictures, 16 × 16, in the colour of the text around them. Never the only name of a control. */
function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: 'none' }}
    >
      {children}
    </svg>
  );
}

const line = (d: string) => () => (
  <Icon>
    <path d={d} />
  </Icon>
);

export const CloseIcon = line('M4 4l8 8M12 4l-8 8');
export const CheckIcon = line('M3 8.5l3.2 3L13 4.5');
export const ChevronDownIcon = line('M4.5 6.5L8 10l3.5-3.5');
export const ChevronRightIcon = line('M6.5 4.5L10 8l-3.5 3.5');
export const ChevronLeftIcon = line('M9.5 4.5L6 8l3.5 3.5');
export const PlusIcon = line('M8 3v10M3 8h10');
export const UndoIcon = line('M6 3L3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H7');
export const RedoIcon = line('M10 3l3 3-3 3M13 6H6.5a3.5 3.5 0 0 0 0 7H9');
export const LinkIcon = line(
  'M6.8 9.2l2.4-2.4M7.5 4.8L9 3.3a2.6 2.6 0 0 1 3.7 3.7l-1.5 1.5M8.5 11.2L7 12.7A2.6 2.6 0 0 1 3.3 9l1.5-1.5',
);
export const UploadIcon = line('M8 10.5V3M5 5.5L8 2.7l3 2.8M3 10.5V13h10v-2.5');
export const TrashIcon = line('M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5L5 13h6l.5-8.5');
export const PanelsIcon = line('M2.5 3h11v10h-11zM8 3v10M8 8h5.5');
export const FolderIcon = line('M2.5 4h4l1.5 1.5h5.5V12.5h-11z');
export const ClockIcon = line('M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3l2 1.5');
export const WarningIcon = line('M8 2.5l6 10.5H2zM8 6.5v3M8 11.3h.01');
export const ErrorIcon = line('M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3.5M8 10.8h.01');
export const InfoIcon = line('M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 7.5V11M8 5.2h.01');
export const HelpIcon = line(
  'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M6.4 6.4a1.6 1.6 0 1 1 2.3 1.5c-.5.3-.7.6-.7 1.1M8 11.2h.01',
);
export const SettingsIcon = line('M2.5 5h5M11.5 5h2M2.5 11h2M8.5 11h5M9.5 3.2v3.6M6.5 9.2v3.6');
export const ThemeIcon = () => (
  <Icon>
    <path d="M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11" />
    <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
  </Icon>
);

/** Round dots at these points. */
const dots =
  (radius: number, ...points: readonly (readonly [number, number])[]) =>
  () => (
    <Icon>
      {points.map(([x, y]) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r={radius} fill="currentColor" stroke="none" />
      ))}
    </Icon>
  );
export const MoreIcon = dots(1.3, [3.5, 8], [8, 8], [12.5, 8]);
export const GripIcon = dots(1, [6, 4], [6, 8], [6, 12], [10, 4], [10, 8], [10, 12]);
