// An address in a bucket: a link into the files, and the address itself to copy.
import { FolderOpenOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { parsePlace } from "@/api/files";
import { useTranslation } from "@/lib/i18n";
import { CopyText } from "./CopyText";

export function PlaceLink({ address }: { address: string }) {
  const { t } = useTranslation("parts");
  const place = parsePlace(address);
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 4, minWidth: 0 }}>
      <CopyText text={address} />
      {place && (
        <Link to="/files/$bucket" params={{ bucket: place.bucket }} search={{ prefix: folderKey(place.key) || undefined }}>
          <Button type="text" size="small" tabIndex={-1} icon={<FolderOpenOutlined aria-hidden />} title={t("openFolder")} aria-label={t("openFolder")} />
        </Link>
      )}
    </span>
  );
}

function folderKey(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}
