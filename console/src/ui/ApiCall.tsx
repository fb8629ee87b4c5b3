// "View as API call": what a form would send, as a command line to copy.
import { ApiOutlined } from "@ant-design/icons";
import { Button, Flex, Modal, Typography } from "antd";
import { useState } from "react";
import { useScope, useSession } from "@/api/session";
import { curlCommand, tokenCommand } from "@/lib/curl";
import { useTranslation } from "@/lib/i18n";
import { CodeBlock } from "./CopyText";

export interface ApiCallProps {
  method: "POST" | "PUT" | "DELETE";
  /** The path below the server, project included. */
  path: string;
  /** Called when the dialog opens: the form as it is then. */
  body: () => unknown;
}

export function ApiCall({ method, path, body }: ApiCallProps) {
  const { t } = useTranslation("parts");
  const [shown, setShown] = useState<{ body: unknown } | null>(null);
  return (
    <>
      <Button icon={<ApiOutlined aria-hidden />} aria-haspopup="dialog" onClick={() => setShown({ body: body() })}>
        {t("api.show")}
      </Button>
      <Modal
        title={t("api.title")}
        open={shown !== null}
        onCancel={() => setShown(null)}
        footer={null}
        width={760}
        destroyOnHidden
      >
        {shown && (
          <Flex vertical gap={10} style={{ marginTop: 8 }}>
            <Typography.Text type="secondary">{t("api.hint")}</Typography.Text>
            <TokenCode />
            <Typography.Text strong>{t("api.request")}</Typography.Text>
            <CodeBlock
              code={curlCommand({ method, url: window.location.origin + path, body: shown.body })}
              maxHeight={380}
              label={t("api.request")}
            />
          </Flex>
        )}
      </Modal>
    </>
  );
}

/** How to get a token on the command line, for the user who is signed in. */
export function TokenCode({ origin = window.location.origin }: { origin?: string }) {
  const { t } = useTranslation("parts");
  const { user } = useSession();
  const { projectId } = useScope();
  return (
    <>
      <Typography.Text strong>{t("api.token")}</Typography.Text>
      <CodeBlock
        code={tokenCommand({ origin, user: user.name, domain: user.domain, projectId })}
        label={t("api.token")}
      />
    </>
  );
}
