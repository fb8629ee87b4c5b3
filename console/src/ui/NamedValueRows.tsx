// Rows of a form with a name and a value each: parameters, environment variables.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input } from "antd";

export interface NamedValue {
  name?: string;
  value?: string;
}

export interface NamedValueRowsProps {
  /** The field of the form that holds the rows. */
  field: string | (string | number)[];
  pattern: RegExp;
  most: number;
  texts: { name: string; value: string; rule: string; add: string; remove: string };
}

const longestValue = 4096;

export function NamedValueRows({ field, pattern, most, texts }: NamedValueRowsProps) {
  return (
    <Form.List name={field}>
      {(rows, { add, remove }) => (
        <Flex vertical gap={8} align="flex-start">
          {rows.map(({ key, name }, index) => (
            <Flex key={key} gap={8} style={{ width: "100%" }} align="flex-start">
              <Form.Item
                name={[name, "name"]}
                rules={[{ required: true, pattern, message: texts.rule }]}
                style={{ flex: 2, margin: 0 }}
              >
                <Input aria-label={`${texts.name} ${index + 1}`} placeholder={texts.name} spellCheck={false} />
              </Form.Item>
              <span style={{ lineHeight: "32px" }} aria-hidden>
                =
              </span>
              <Form.Item name={[name, "value"]} style={{ flex: 3, margin: 0 }}>
                <Input
                  aria-label={`${texts.value} ${index + 1}`}
                  placeholder={texts.value}
                  maxLength={longestValue}
                  spellCheck={false}
                />
              </Form.Item>
              <Button
                type="text"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={`${texts.remove} ${index + 1}`}
                title={texts.remove}
                onClick={() => remove(name)}
              />
            </Flex>
          ))}
          <Button icon={<PlusOutlined aria-hidden />} disabled={rows.length >= most} onClick={() => add({})}>
            {texts.add}
          </Button>
        </Flex>
      )}
    </Form.List>
  );
}
