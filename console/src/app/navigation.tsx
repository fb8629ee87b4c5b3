// The left navigation as data. A page gets its entry here once its route exists; `to` is checked against the routes.
import {
  AppstoreOutlined,
  AuditOutlined,
  CloudServerOutlined,
  DatabaseOutlined,
  DeploymentUnitOutlined,
  ExperimentOutlined,
  FolderOpenOutlined,
} from "@ant-design/icons";
import type { LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type common from "@/lib/i18n/en/common.json";

export type NavLabel = keyof (typeof common)["nav"];

export interface NavPage {
  label: NavLabel;
  to: LinkProps["to"] & string;
  icon: ReactNode;
}

export interface NavSection {
  /** Absent for the entries that stand alone. */
  label?: NavLabel;
  pages: NavPage[];
}

export const navigation: NavSection[] = [
  { pages: [{ label: "overview", to: "/", icon: <AppstoreOutlined aria-hidden /> }] },
  { label: "data", pages: [{ label: "datasets", to: "/datasets", icon: <DatabaseOutlined aria-hidden /> }] },
  { label: "training", pages: [{ label: "jobs", to: "/training", icon: <ExperimentOutlined aria-hidden /> }] },
  {
    label: "deployment",
    pages: [
      { label: "applications", to: "/models", icon: <DeploymentUnitOutlined aria-hidden /> },
      { label: "realtime", to: "/services", icon: <CloudServerOutlined aria-hidden /> },
    ],
  },
  { pages: [{ label: "files", to: "/files", icon: <FolderOpenOutlined aria-hidden /> }] },
  { pages: [{ label: "audit", to: "/audit", icon: <AuditOutlined aria-hidden /> }] },
];
