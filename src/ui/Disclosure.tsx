import type { ReactNode } from 'react';
import { Button, Disclosure as AriaDisclosure, DisclosurePanel, Heading } from 'react-aria-components';
import styles from './Disclosure.module.css';
import { ChevronRightIcon } from './icons';

/** A part that can be folded away. `isOpen` is how it begins; `level` that of its heading, 3 right below a panel's or a dialog's title. */
export function Disclosure({
  title,
  children,
  isOpen = false,
  level = 3,
}: {
  title: string;
  children: ReactNode;
  isOpen?: boolean;
  level?: 3 | 4;
}) {
  return (
    <AriaDisclosure className={styles.disclosure ?? ''} defaultExpanded={isOpen}>
      <Heading level={level} className={styles.heading ?? ''}>
        <Button slot="trigger" className={styles.trigger ?? ''}>
          <span className={styles.chevron}>
            <ChevronRightIcon />
          </span>
          {title}
        </Button>
      </Heading>
      <DisclosurePanel className={styles.panel ?? ''}>{children}</DisclosurePanel>
    </AriaDisclosure>
  );
}
