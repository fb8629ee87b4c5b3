// The frame of every page: breadcrumb, title, actions on the right, and the content below. It also sets the tab's title.
import { Link, type LinkProps } from "@tanstack/react-router";
import { Breadcrumb, Flex, Typography } from "antd";
import { useEffect, type ReactNode } from "react";

export interface Crumb {
  label: string;
  /** Where the crumb leads; the last one has none. */
  link?: LinkProps;
}

export interface PageProps {
  title: string;
  /** The levels above this page, outermost first. */
  crumbs?: Crumb[];
  /** One line under the title. */
  description?: ReactNode;
  /** Status and the like, right after the title. */
  mark?: ReactNode;
  /** Buttons on the right. */
  actions?: ReactNode;
  /** Content takes exactly the window's height and scrolls inside itself: for big tables and editors. */
  fill?: boolean;
  children: ReactNode;
}

export function Page({ title, crumbs = [], description, mark, actions, fill = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Maquette`;
  }, [title]);
  return (
    <Flex
      vertical
      gap={12}
      style={{ padding: "12px 20px 20px", height: fill ? "100%" : undefined, minHeight: 0, boxSizing: "border-box" }}
    >
      <PageHeader title={title} crumbs={crumbs} description={description} mark={mark} actions={actions} />
      <div style={{ flex: 1, minHeight: 0, minWidth: 0, display: "flex", flexDirection: "column" }}>{children}</div>
    </Flex>
  );
}

export function PageHeader({ title, crumbs = [], description, mark, actions }: Omit<PageProps, "fill" | "children">) {
  return (
    <header>
      {crumbs.length > 0 && (
        <Breadcrumb
          style={{ marginBottom: 4 }}
          items={[
            ...crumbs.map(({ label, link }) => ({ title: link ? <Link {...link}>{label}</Link> : label })),
            { title: <span aria-current="page">{title}</span> },
          ]}
        />
      )}
      <Flex justify="space-between" align="flex-start" gap="8px 16px" wrap>
        <div style={{ minWidth: 0 }}>
          <Flex align="center" gap={10} wrap>
            <Typography.Title level={1} style={{ fontSize: 20, lineHeight: "32px", margin: 0, overflowWrap: "anywhere" }}>
              {title}
            </Typography.Title>
            {mark}
          </Flex>
          {description && <Typography.Text type="secondary">{description}</Typography.Text>}
        </div>
        {actions && (
          <Flex gap={8} wrap>
            {actions}
          </Flex>
        )}
      </Flex>
    </header>
  );
}

/** A plain surface for content that is not a table. */
export function Panel({ title, extra, children }: { title?: ReactNode; extra?: ReactNode; children: ReactNode }) {
  return (
    <section className="maquette-panel">
      {(title || extra) && (
        <Flex justify="space-between" align="center" gap={12} style={{ marginBottom: 10 }}>
          <Typography.Title level={2} style={{ fontSize: 15, margin: 0 }}>
            {title}
          </Typography.Title>
          {extra}
        </Flex>
      )}
      {children}
    </section>
  );
}
