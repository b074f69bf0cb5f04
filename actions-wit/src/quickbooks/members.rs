//! The one macro behind every QuickBooks struct: each member optional, under QuickBooks' name,
//! absent when it is `None`.
//!
//! Written out instead of derived: serde's own `flatten` reads every member twice, and its code
//! for these structs made a component a third larger.

/// Declares a QuickBooks struct. `as "Name"` makes it an entity, `..rest` keeps the members it
/// does not name.
macro_rules! members {
    (
        $(#[$about:meta])*
        pub struct $name:ident $(as $entity:literal)? {
            $( $(#[$member_about:meta])* $member:ident $json:literal: $kind:ty, )+
            $( ..$rest:ident )?
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $( $(#[$member_about])* pub $member: Option<$kind>, )+
            $(
                /// Members that have no name here.
                pub $rest: serde_json::Map<String, serde_json::Value>,
            )?
        }

        $( impl $crate::quickbooks::Entity for $name { const NAME: &'static str = $entity; } )?

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut object = serializer.serialize_map(None)?;
                $(
                    if let Some(value) = &self.$member {
                        object.serialize_entry($json, value)?;
                    }
                )+
                $(
                    for (name, value) in &self.$rest {
                        object.serialize_entry(name, value)?;
                    }
                )?
                object.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members;

                impl<'de> serde::de::Visitor<'de> for Members {
                    type Value = $name;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str(stringify!($name))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut object: A,
                    ) -> Result<$name, A::Error> {
                        let mut read = $name::default();
                        while let Some(name) = object.next_key::<String>()? {
                            match name.as_str() {
                                $( $json => read.$member = object.next_value()?, )+
                                _ => members!(@unnamed read name object $($rest)?),
                            }
                        }
                        Ok(read)
                    }
                }

                deserializer.deserialize_map(Members)
            }
        }
    };
    (@unnamed $read:ident $name:ident $object:ident $rest:ident) => {{
        let value = $object.next_value()?;
        $read.$rest.insert($name, value);
    }};
    (@unnamed $read:ident $name:ident $object:ident) => {{
        $object.next_value::<serde::de::IgnoredAny>()?;
    }};
}

pub(super) use members;
