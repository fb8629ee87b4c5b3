// The dialog behind FolderPicker: buckets, folders and files to walk through, and new folders made on the way.
import { DatabaseOutlined, FileOutlined, FolderFilled } from "@ant-design/icons";
import { Breadcrumb, Button, Flex, Modal, Skeleton, theme, Typography } from "antd";
import { useState, type ReactNode } from "react";
import { placePath, useBucketList, useFolder, type FolderEntry, type Place } from "@/api/files";
import { useFormat, useTranslation } from "@/lib/i18n";
import { NewFolderField } from "./NewFolderField";
import { EmptyState, ErrorState, QueryView } from "./states";

interface PlaceDialogProps {
  open: boolean;
  kind: "folder" | "file";
  title: string;
  /** Where to begin; null for the list of buckets. */
  start: Place | null;
  accept?: (name: string) => boolean;
  onChoose: (place: Place) => void;
  onClose: () => void;
}

export function PlaceDialog(props: PlaceDialogProps) {
  return (
    <Modal
      title={props.title}
      open={props.open}
      onCancel={props.onClose}
      width={640}
      footer={null}
      destroyOnHidden
      styles={{ body: { paddingTop: 4 } }}
    >
      <Browser {...props} />
    </Modal>
  );
}

/** The folder part of a place: a file's own name is left out. */
function folderOf(start: Place | null): Place | null {
  return start && { bucket: start.bucket, key: start.key.slice(0, start.key.lastIndexOf("/") + 1) };
}

function Browser({ kind, start, accept, onChoose, onClose }: PlaceDialogProps) {
  const { t } = useTranslation(["picker", "common"]);
  const { token } = theme.useToken();
  const [folder, setFolder] = useState<Place | null>(() => folderOf(start));
  const [file, setFile] = useState<string | null>(null);
  const chosen = !folder ? null : kind === "folder" ? folder : file === null ? null : { bucket: folder.bucket, key: file };
  const go = (place: Place | null) => {
    setFolder(place);
    setFile(null);
  };
  return (
    <Flex vertical gap={10}>
      <Path folder={folder} onGo={go} />
      <div
        // A folder of nothing but files has no other focusable part to scroll it by.
        tabIndex={0}
        role="group"
        aria-label={folder ? placePath(folder) : t("picker:buckets")}
        style={{ height: 340, overflow: "auto", border: `1px solid ${token.colorBorderSecondary}`, borderRadius: 6, padding: 4 }}
      >
        {folder ? (
          <Entries
            key={placePath(folder)}
            folder={folder}
            kind={kind}
            accept={accept}
            file={file}
            onGo={go}
            onFile={setFile}
            onChoose={onChoose}
          />
        ) : (
          <Buckets onGo={go} />
        )}
      </div>
      {folder && <NewFolderField bucket={folder.bucket} prefix={folder.key} onMade={(key) => go({ ...folder, key })} />}
      <Flex justify="space-between" align="center" gap={12}>
        <Typography.Text type="secondary" style={{ minWidth: 0, overflowWrap: "anywhere" }} role="status">
          {chosen ? placePath(chosen) : kind === "folder" ? t("picker:noFolder") : t("picker:noFile")}
        </Typography.Text>
        <Flex gap={8}>
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
          <Button type="primary" disabled={!chosen} onClick={() => chosen && onChoose(chosen)}>
            {kind === "folder" ? t("picker:useFolder") : t("picker:useFile")}
          </Button>
        </Flex>
      </Flex>
    </Flex>
  );
}

function Path({ folder, onGo }: { folder: Place | null; onGo: (place: Place | null) => void }) {
  const { t } = useTranslation("picker");
  const names = folder?.key.split("/").slice(0, -1) ?? [];
  const link = (label: string, place: Place | null): { title: ReactNode } => ({
    title: (
      <Button type="link" size="small" style={{ padding: 0, height: "auto" }} onClick={() => onGo(place)}>
        {label}
      </Button>
    ),
  });
  const levels = folder
    ? [
        link(folder.bucket, { bucket: folder.bucket, key: "" }),
        ...names.map((name, index) =>
          link(name, { bucket: folder.bucket, key: `${names.slice(0, index + 1).join("/")}/` }),
        ),
      ]
    : [];
  return <Breadcrumb aria-label={t("path")} items={[link(t("buckets"), null), ...levels]} />;
}

function Buckets({ onGo }: { onGo: (place: Place) => void }) {
  const { t } = useTranslation("picker");
  const query = useBucketList();
  return (
    <QueryView query={query}>
      {({ buckets }) =>
        buckets.length === 0 ? (
          <EmptyState title={t("noBuckets")} hint={t("noBucketsHint")} />
        ) : (
          buckets.map(({ name }) => (
            <Line key={name} icon={<DatabaseOutlined aria-hidden />} name={name} onOpen={() => onGo({ bucket: name, key: "" })} />
          ))
        )
      }
    </QueryView>
  );
}

interface EntriesProps extends Pick<PlaceDialogProps, "kind" | "accept" | "onChoose"> {
  folder: Place;
  file: string | null;
  onGo: (place: Place) => void;
  onFile: (key: string) => void;
}

function Entries({ folder, kind, accept, file, onGo, onFile, onChoose }: EntriesProps) {
  const { t } = useTranslation(["picker", "common"]);
  const { token } = theme.useToken();
  const format = useFormat();
  const query = useFolder(folder.bucket, folder.key);
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton active style={{ padding: 12 }} />;
  const { bucket } = folder;
  const choosable = (entry: FolderEntry) => kind === "file" && (!accept || accept(entry.name));
  return (
    <>
      {query.data.length === 0 && <EmptyState title={t("picker:empty")} hint={kind === "folder" ? t("picker:emptyHint") : undefined} />}
      {query.data.map((entry) =>
        entry.folder ? (
          <Line
            key={entry.key}
            icon={<FolderFilled style={{ color: token.colorPrimary }} aria-hidden />}
            name={entry.name}
            onOpen={() => onGo({ bucket, key: entry.key })}
          />
        ) : (
          <Line
            key={entry.key}
            icon={<FileOutlined aria-hidden />}
            name={entry.name}
            note={entry.size === null ? "" : format.bytes(entry.size)}
            selected={entry.key === file}
            disabled={!choosable(entry)}
            onOpen={() => onFile(entry.key)}
            onDoubleClick={() => onChoose({ bucket, key: entry.key })}
          />
        ),
      )}
      {query.hasNextPage && (
        <Button block type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("picker:more")}
        </Button>
      )}
    </>
  );
}

interface LineProps {
  icon: ReactNode;
  name: string;
  note?: string;
  selected?: boolean;
  disabled?: boolean;
  onOpen: () => void;
  onDoubleClick?: () => void;
}

function Line({ icon, name, note, selected, disabled, onOpen, onDoubleClick }: LineProps) {
  const { token } = theme.useToken();
  return (
    <Button
      type="text"
      block
      disabled={disabled}
      aria-pressed={selected}
      icon={<span aria-hidden>{icon}</span>}
      onClick={onOpen}
      onDoubleClick={onDoubleClick}
      style={{ justifyContent: "flex-start", background: selected ? token.controlItemBgActive : undefined }}
    >
      <span style={{ flex: 1, minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", textAlign: "start" }} title={name}>
        {name}
      </span>
      {note && <span style={{ color: disabled ? undefined : token.colorTextSecondary, fontSize: 13 }}>{note}</span>}
    </Button>
  );
}
