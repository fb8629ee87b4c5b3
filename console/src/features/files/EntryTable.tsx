// The lines of a folder. Folders lead on, objects open their preview; each line has its own menu.
import { FileOutlined, FolderFilled, MoreOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Dropdown, theme, type MenuProps } from "antd";
import { copyText } from "@/lib/clipboard";
import { contentUrl, type FolderEntry } from "@/api/files";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { Bytes, EmptyState, Time, useNotify, VirtualTable } from "@/ui";
import { obsAddress } from "./address";
import { useExtract } from "./queries";

interface EntryTableProps {
  bucket: string;
  prefix: string;
  entries: FolderEntry[];
  loading: boolean;
  selected: string[];
  onSelect: (keys: string[]) => void;
  onPreview: (key: string) => void;
  onNearEnd: () => void;
}

export function EntryTable(props: EntryTableProps) {
  const { bucket, prefix, entries, loading, selected, onSelect, onPreview, onNearEnd } = props;
  const { t } = useTranslation(["files", "common"]);
  return (
    <VirtualTable<FolderEntry>
      rowKey="key"
      dataSource={entries}
      loading={loading}
      onNearEnd={onNearEnd}
      empty={<EmptyState title={t("files:emptyFolder")} hint={t("files:emptyFolderHint")} />}
      rowSelection={{
        columnWidth: 44,
        selectedRowKeys: selected,
        onChange: (keys) => onSelect(keys.map(String)),
        getCheckboxProps: ({ name }) => ({ "aria-label": t("files:selectEntry", { name }) }),
      }}
      columns={[
        {
          title: t("common:field.name"),
          dataIndex: "name",
          ellipsis: true,
          render: (_, entry) => <EntryName bucket={bucket} entry={entry} onPreview={onPreview} />,
        },
        {
          title: t("common:field.size"),
          dataIndex: "size",
          width: 120,
          align: "right",
          render: (size: number | null) => <Bytes value={size} />,
        },
        {
          title: t("files:modified"),
          dataIndex: "modified",
          width: 190,
          render: (value: number | null) => <Time value={value} />,
        },
        {
          title: t("common:field.actions"),
          width: 80,
          render: (_, entry) => <EntryMenu bucket={bucket} prefix={prefix} entry={entry} onPreview={onPreview} />,
        },
      ]}
    />
  );
}

type LineProps = { bucket: string; entry: FolderEntry; onPreview: (key: string) => void };

function EntryName({ bucket, entry, onPreview }: LineProps) {
  const { token } = theme.useToken();
  if (entry.folder)
    return (
      <Link to="/files/$bucket" params={{ bucket }} search={{ prefix: entry.key }} title={entry.name}>
        <FolderFilled style={{ color: token.colorPrimary, marginInlineEnd: 8 }} aria-hidden />
        {entry.name}
      </Link>
    );
  return (
    <Button
      type="link"
      size="small"
      icon={<FileOutlined aria-hidden />}
      title={entry.name}
      style={{ padding: 0, maxWidth: "100%", color: token.colorText, justifyContent: "flex-start" }}
      onClick={() => onPreview(entry.key)}
    >
      <span style={{ overflow: "hidden", textOverflow: "ellipsis" }}>{entry.name}</span>
    </Button>
  );
}

function EntryMenu({ bucket, prefix, entry, onPreview }: LineProps & { prefix: string }) {
  const { t } = useTranslation(["files", "common"]);
  const { projectId } = useScope();
  const notify = useNotify();
  const extract = useExtract();
  const address = obsAddress(bucket, entry.key);

  const copy = {
    key: "copy",
    label: t("files:copyAddress"),
    onClick: () => void copyText(address).then(() => notify.success(t("files:addressCopied", { address }))),
  };
  const items: MenuProps["items"] = entry.folder
    ? [copy]
    : [
        { key: "preview", label: t("files:preview"), onClick: () => onPreview(entry.key) },
        {
          key: "download",
          label: (
            <a href={contentUrl(projectId, bucket, entry.key)} download={entry.name}>
              {t("common:action.download")}
            </a>
          ),
        },
        copy,
        ...(entry.name.toLowerCase().endsWith(".zip")
          ? [
              {
                key: "extract",
                label: t("files:extract"),
                onClick: () =>
                  extract.mutate(
                    { params: { path: { project_id: projectId, bucket } }, body: { key: entry.key, prefix } },
                    {
                      onSuccess: () => notify.info(t("files:extractStarted", { name: entry.name })),
                      onError: (error) => notify.error(error),
                    },
                  ),
              },
            ]
          : []),
      ];
  return (
    <Dropdown trigger={["click"]} menu={{ items }} placement="bottomRight">
      <Button
        type="text"
        size="small"
        icon={<MoreOutlined aria-hidden />}
        aria-label={`${t("common:action.more")}: ${entry.name}`}
        aria-haspopup="menu"
      />
    </Dropdown>
  );
}
