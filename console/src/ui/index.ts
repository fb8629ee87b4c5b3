// The building blocks of every page.
export { CodeBlock, CopyText } from "./CopyText";
export { FolderPicker, type FolderPickerProps } from "./FolderPicker";
export { Logo } from "./Logo";
export { Page, PageHeader, Panel, type Crumb, type PageProps } from "./Page";
export { EmptyState, ErrorState, PageSkeleton, QueryView } from "./states";
export { StatusTag, taskTone, type Tone } from "./StatusTag";
export { Bytes, Duration, Time } from "./Value";
export { useNotify } from "./notify";
export { VirtualTable, type VirtualTableProps } from "./VirtualTable";
